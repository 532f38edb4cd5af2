"""A picture is drawn anew from its points: nothing that stood beside them in the file goes along."""

import contextlib
import io
import warnings
from typing import Any, Final

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    ImageSequence,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from whistle.cleaning.kinds import CannotClean

FORMATS: Final = tuple(
    reader.format
    for reader in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
        GifImagePlugin.GifImageFile,
        TiffImagePlugin.TiffImageFile,
        BmpImagePlugin.BmpImageFile,
    )
)
"""The only readers that a file can reach."""

PIXELS: Final = 64_000_000
"""Points of all frames together: more than a telephone takes; four bytes each, held twice while turned."""

_KEPT: Final = frozenset(
    {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression", "transparency"}
    | {"duration", "loop", "background", "timestamp", "version", "extension", "compression", "dpi"}
    | {"resolution", "disposal", "default_image", "blend", "gamma", "bbox", "adobe", "adobe_transform"}
)
"""What a program that opens the copy may find beside its points: measures and colours, nobody's words."""

_LOSSLESS: Final = frozenset(
    {"tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "group4", "group3"}
)
_WEBP_QUALITY: Final = 92  # a second coding that the eye does not see


def clean(data: bytes) -> bytes:
    """The picture in its own format, turned the right way up, its colours in sRGB. Raises `CannotClean`."""
    Image.MAX_IMAGE_PIXELS = PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                copy = _drawn(picture, data)
            _demand_bare(copy)
    except CannotClean:
        raise
    except Exception as error:  # a hundred things can be wrong with a picture, and each ends here
        raise CannotClean("this picture cannot be drawn anew") from error
    return copy


def _drawn(picture: Image.Image, data: bytes) -> bytes:
    kind = "JPEG" if picture.format == "MPO" else str(picture.format)
    count = 1 if kind == "JPEG" else getattr(picture, "n_frames", 1)
    if count * picture.width * picture.height > PIXELS:
        raise CannotClean("too many points")
    options = _options(picture, kind, data)
    frames, times = [], []
    for frame in ImageSequence.Iterator(picture):
        frames.append(_bare(frame))
        times.append(frame.info.get("duration", 0))
        if len(frames) == count:
            break
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:]}
        if kind != "TIFF":
            options |= {"duration": times, "loop": picture.info.get("loop", 0)}
    written = io.BytesIO()
    frames[0].save(written, format=kind, **options)
    return written.getvalue()


def _bare(frame: Image.Image) -> Image.Image:
    """The points alone, as they are to be seen."""
    frame.load()
    profile = frame.info.get("icc_profile")
    bare = ImageOps.exif_transpose(frame).copy()
    if profile and bare.mode in ("RGB", "RGBA"):
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(own):
                bare = ImageCms.profileToProfile(bare, own, ImageCms.createProfile("sRGB")) or bare
    see_through = frame.info.get("transparency")
    bare.info = {} if see_through is None else {"transparency": see_through}
    return bare


def _options(picture: Image.Image, kind: str, data: bytes) -> dict[str, Any]:
    """How the picture was coded, so that coding it again changes as little as can be."""
    if kind == "JPEG":
        found: dict[str, Any] = {"qtables": getattr(picture, "quantization", None) or None}
        sampling = JpegImagePlugin.get_sampling(picture)
        return found | ({"subsampling": sampling} if sampling >= 0 else {})
    if kind == "WEBP":
        return {"lossless": True} if b"VP8L" in data[:64] else {"quality": _WEBP_QUALITY}
    if kind == "TIFF":
        used = str(picture.info.get("compression", ""))
        return {"compression": used if used in _LOSSLESS else "tiff_adobe_deflate"}
    return {}


def _demand_bare(copy: bytes) -> None:
    """Open the copy as anybody would, and find nothing beside the points."""
    with Image.open(io.BytesIO(copy), formats=FORMATS) as picture:
        exif = dict(picture.getexif())
        beside = set(picture.info) - _KEPT
        says = exif.keys() & {0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298, 0x8769, 0x8825, 0x02BC}
        if beside or says or (exif and picture.format != "TIFF"):
            raise CannotClean("something stands beside the points of the copy")
