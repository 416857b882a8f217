"""Rows computed once and kept on shared storage, so that a run that was cut off goes on from there."""

from lineage.engine.files import exists, list_files, remove_folder, write_bytes
from lineage.engine.flow import Engine, Flow

_DONE = "complete"


def keep(engine: Engine, flow: Flow, folder: str) -> Flow:
    """Compute a flow into a folder (a path or URL that every worker reaches), or find it there; go on from the files.

    The folder has to be this computation's own: what is complete in it is taken as its result.
    """
    note = f"{folder}.{_DONE}"
    if not exists(note):
        remove_folder(folder)
        flow.write(folder)
        write_bytes(note, b"")
    return engine.read(list_files(folder), flow.schema)
