"""Archives: the files in a zip, unpacked one level deep and never beyond the limits."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from kam_core.errors import KamError
from kam_core.settings.loader import load_settings

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
# Bytes that the directory of an archive takes for one member, at most as people name files.
DIRECTORY_ENTRY = 512
IS_ENCRYPTED, NAME_IS_UTF8 = 0x1, 0x800
CHUNK = 1 << 20
DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    # The decompressor of LZMA members raises its own.
    ArithmeticError,
)


def is_zip(data: bytes) -> bool:
    """Whether the bytes are a zip archive, which a modern workbook is too."""
    return data.startswith(ZIP_STARTS)


class Archive:
    """A zip whose directory keeps the limits; ``names`` are its files as people call them.

    Raises KamError: "too_large_unpacked", "too_many_members", "protected_file", "damaged_file".
    """

    def __init__(self, data: bytes, most_bytes: int) -> None:
        _refuse_long_directory(data)
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(data))
        except DAMAGES as error:
            raise KamError("damaged_file", detail=str(error)) from error
        self.most_bytes = most_bytes
        infos = [info for info in self.zip.infolist() if not info.is_dir()]
        _refuse_bombs(infos, most_bytes)
        self.infos = {_member_name(info): info for info in infos}
        self.names = list(self.infos)

    def unpack(self, name: str) -> bytes:
        """The bytes of one file."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of one file piece by piece, counted as they come: a directory can lie."""
        unpacked = 0
        try:
            with self.zip.open(self.infos[name]) as member:
                while chunk := member.read(CHUNK):
                    unpacked += len(chunk)
                    if unpacked > self.most_bytes:
                        raise KamError("too_large_unpacked", most=self.most_bytes)
                    yield chunk
        except KeyError:
            raise KamError("no_such_member", name=name, known=self.names) from None
        except DAMAGES as error:
            raise KamError("damaged_file", detail=str(error)) from error


def list_files(data: bytes) -> list[str]:
    """The files of an archive that a person put there, by name."""
    names = Archive(data, load_settings().reading.limits.unpacked_bytes).names
    return sorted(name for name in names if not _is_by_the_way(name))


def unpack_file(data: bytes, name: str) -> bytes:
    """One file of an archive; an archive in it is refused, a workbook is not."""
    return Archive(data, load_settings().reading.limits.unpacked_bytes).unpack(name)


def _refuse_long_directory(data: bytes) -> None:
    """Before the directory is read: a million entries take seconds."""
    at = data.rfind(END_OF_DIRECTORY.pack(b"PK\x05\x06", *[0] * 7)[:4])
    if at < 0 or len(data) < at + END_OF_DIRECTORY.size:
        raise KamError("damaged_file", detail="no directory")
    _, _, _, _, count, size, _, _ = END_OF_DIRECTORY.unpack_from(data, at)
    most = load_settings().reading.limits.members
    if count > most or size > most * DIRECTORY_ENTRY:
        raise KamError("too_many_members", most=most)


def _refuse_bombs(infos: list[zipfile.ZipInfo], most_bytes: int) -> None:
    limit = load_settings().reading.limits
    if len(infos) > limit.members:
        raise KamError("too_many_members", most=limit.members)
    if any(info.flag_bits & IS_ENCRYPTED for info in infos):
        raise KamError("protected_file")
    is_bomb = any(
        info.file_size > limit.packing_ratio_from
        and info.file_size > limit.packing_ratio * info.compress_size
        for info in infos
    )
    if is_bomb or sum(info.file_size for info in infos) > most_bytes:
        raise KamError("too_large_unpacked", most=most_bytes)


def _member_name(info: zipfile.ZipInfo) -> str:
    """The name as its writer meant it: Chinese Windows writes GB18030 without saying so."""
    if info.flag_bits & NAME_IS_UTF8:
        return info.filename
    try:
        written = info.filename.encode("cp437")
    except UnicodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding)
        except UnicodeError:
            continue
    return info.filename


def _is_by_the_way(name: str) -> bool:
    """Files that operating systems and editors leave in an archive."""
    path = PurePosixPath(name.replace("\\", "/"))
    return "__MACOSX" in path.parts or path.name.startswith((".", "~$"))
