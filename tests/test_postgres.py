import pytest
import sqlalchemy as sa

from tests.postgres import new_database, private_postgres


@pytest.mark.postgres
def test_a_private_server_gives_empty_databases_and_goes_away() -> None:
    with private_postgres() as server:
        if server is None:
            pytest.skip(
                "NO POSTGRESQL HERE: the suite ran on SQLite only; install postgresql or set WHISTLE_TEST_PG"
            )
        with new_database(server) as url, new_database(server) as other:
            assert url != other
            engine = sa.create_engine(url)
            with engine.connect() as connection:
                connection.execute(sa.text("CREATE TABLE words (word text)"))
                assert connection.execute(sa.text("SELECT count(*) FROM words")).scalar_one() == 0
                assert connection.execute(sa.text("SHOW server_encoding")).scalar_one() == "UTF8"
            engine.dispose()
        with pytest.raises(sa.exc.OperationalError):
            sa.create_engine(url).connect()
