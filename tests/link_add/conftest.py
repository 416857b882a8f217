from tests.store.fixtures import local_workspace, workspace

__all__ = ["local_workspace", "workspace"]
