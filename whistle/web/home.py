"""The pages anybody may read: what this is, how it protects, where else to turn, and the way out."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from whistle.rules.policy import load_versions
from whistle.rules.profiles import Profile, load_profiles
from whistle.rules.record import load_record
from whistle.vault.facts import CompanyFacts
from whistle.web import assets, choices, policy_words, sessions
from whistle.web.services import services

#: Doors that every server opens, whichever others it does.
always = Blueprint("always", __name__)
blueprint = Blueprint("home", __name__)

_SEE_OTHER: Final = 303
_UNWELL: Final = 503
#: RFC 9116 2.5.5 asks for less than a year.
_SECURITY_DAYS: Final = 300


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """What this is, and the two ways in."""
    companies = services().site.companies()
    return render_template(
        "home.html",
        companies=companies,
        any_open=any(company.open for company in companies),
        profiles=_profiles(companies),
        choices=choices,
    )


@blueprint.get("/protect")
def protect() -> ResponseReturnValue:
    """How people are protected here, and what is not in our power."""
    return render_template(
        "protect.html",
        onion_url=services().settings.onion_url,
        has_recovery_key=services().site.has_recovery_key(),
        fingerprint=services().overview.proof.fingerprint,
        companies=services().reporter.companies(),
    )


@blueprint.get("/other-ways")
def other_ways() -> ResponseReturnValue:
    """Companies' contacts, authorities of each country, bodies of the Union, and the media."""
    return render_template(
        "other_ways.html",
        companies=services().site.companies(),
        profiles=_profiles(),
        union=load_profiles().union,
        choices=choices,
    )


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """The policy in force: what personal data is handled, why, how long, what people may ask for."""
    versions, today = load_versions(), services().clock.now().date()
    return render_template(
        "privacy.html",
        policy=versions.in_force(today),
        announced=versions.announced(today),
        say=policy_words,
        transfer=load_record().transfer,
        union=[one for one in load_profiles().union if one.purpose == "privacy"],
        companies=services().site.companies(),
        profiles=_profiles(),
        choices=choices,
        choosable=services().reporter.companies(),
    )


@blueprint.get("/leave")
def leave() -> Answer:
    """Forget this browser and go to a neutral page. Needs no token and cannot fail."""
    sessions.forget_everything()
    return redirect(services().settings.leave_url, _SEE_OTHER)


@always.get("/healthz")
def healthz() -> Response:
    """`{"status":"ok"}`, or 503 with the part that fails."""
    status = services().health()
    answer = jsonify(status=status)
    answer.status_code = 200 if status == "ok" else _UNWELL
    return answer


@always.get("/robots.txt")
def robots() -> Response:
    """No search engine keeps anything of this site."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@always.get("/favicon.ico")
def favicon() -> Answer:
    """The plain grey square, for browsers that ask for it by themselves."""
    return redirect(assets.address_of("icon.svg"), 301)


@always.get("/.well-known/security.txt")
def security() -> Response:
    """Where to tell us of a weakness (RFC 9116)."""
    settings = services().settings
    base = (settings.onion_url if request.host.endswith(".onion") else None) or settings.base_url
    until = services().clock.machine().date() + timedelta(days=_SECURITY_DAYS)
    lines = (
        f"Contact: {services().site.security_contact or base.rstrip('/') + '/other-ways'}",
        f"Expires: {until.isoformat()}T00:00:00Z",
        "Preferred-Languages: en, sv",
        f"Canonical: {base.rstrip('/')}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _profiles(companies: tuple[CompanyFacts, ...] | None = None) -> list[Profile]:
    """The laws of the countries where this site has companies, each once, in the companies' order."""
    countries = dict.fromkeys(one.country for one in companies or services().site.companies())
    return [load_profiles().of(country) for country in countries]
