"""The embedded server, open to all on this machine, or only to a client that proves who it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fhirkit.serve import embedded, running
from servers.server import Server, Smart

CLIENT_ID = "fhirkit-tests"


@contextmanager
def started(folder: Path, port: int = 0) -> Iterator[Server]:
    """The embedded server with an empty database in ``folder``."""
    with running(folder / "server.db", port) as server:
        yield Server(name="sekmet", base=server.base, fresh=True)


@contextmanager
def started_smart(folder: Path, port: int = 0) -> Iterator[Server]:
    """The same with SMART Backend Services turned on, and one client registered by its key."""
    from sekmet.auth.keys import generate_private_key, public_jwk, save_private_key
    from sekmet.config import ServerAuth, SmartClient

    key = generate_private_key("RS384")
    key_file = folder / "client-key.pem"
    save_private_key(key, str(key_file))
    client = SmartClient(client_id=CLIENT_ID, jwks={"keys": [public_jwk(key)]})
    auth = ServerAuth(types=["smart"], smart_clients=[client])
    plain = embedded._settings

    def guarded(*arguments: Any) -> Any:
        return plain(*arguments).model_copy(update={"server_auth": auth})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "_settings", guarded)
        with running(folder / "smart.db", port) as server:
            smart = Smart(
                client_id=CLIENT_ID,
                key_file=key_file,
                token_url=server.base.removesuffix("/fhir") + "/auth/token",
                scope="system/*.cruds",
            )
            yield Server(name="sekmet_smart", base=server.base, fresh=True, smart=smart)
