"""Folders and files that every worker can reach: a path, or a URL of an object store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from pyarrow import fs


def open_place(place: str) -> tuple[fs.FileSystem, str]:
    """Return the file system of a path or URL (`s3://`, `gs://`, `abfs://`, `hdfs://`, `file://`), and the path in it.

    Credentials are taken from the environment, as the providers' own tools do.
    """
    if "://" not in place:
        return fs.LocalFileSystem(), str(Path(place).absolute())
    filesystem, path = fs.FileSystem.from_uri(place)
    return filesystem, path


def list_files(folder: str, suffix: str = ".parquet") -> list[str]:
    """Return the files of a folder in the order of their names, each as `folder/name`; none where it is missing."""
    filesystem, path = open_place(folder)
    found = filesystem.get_file_info(fs.FileSelector(path, allow_not_found=True))
    names = sorted(one.base_name for one in found if one.is_file and one.base_name.endswith(suffix))
    return [f"{folder.rstrip('/')}/{name}" for name in names]


def exists(place: str) -> bool:
    """Tell whether there is a file at this place."""
    filesystem, path = open_place(place)
    return bool(filesystem.get_file_info(path).is_file)


def make_folder(folder: str) -> None:
    """Make a folder and those it lies in, where the file system has folders."""
    filesystem, path = open_place(folder)
    filesystem.create_dir(path, recursive=True)


def remove(folder: str) -> None:
    """Remove a folder with all that is in it, if there is one."""
    filesystem, path = open_place(folder)
    if filesystem.get_file_info(path).type == fs.FileType.Directory:
        filesystem.delete_dir(path)


def write_bytes(place: str, content: bytes) -> None:
    """Write a small file; its folder has to exist where the file system has folders."""
    filesystem, path = open_place(place)
    with filesystem.open_output_stream(path) as file:
        file.write(content)


def read_bytes(place: str) -> bytes:
    """Read a small file whole."""
    filesystem, path = open_place(place)
    with filesystem.open_input_stream(path) as file:
        return bytes(file.read())


@contextmanager
def open_parquet(place: str) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file for reading."""
    filesystem, path = open_place(place)
    with filesystem.open_input_file(path) as source:
        yield pq.ParquetFile(source, pre_buffer=True)
