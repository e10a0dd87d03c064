"""A process that keeps captures until it is killed, saying what it has committed.

python capture_child.py URL STORE FIRST_ARTICLE COUNT
"""

import sys

from sqlalchemy.orm import Session

from db import engine as engines
from db.captures import open_store
from tests.contract.capture_pages import page


def main(url: str, spec: str, first: int, count: int) -> None:
    store = open_store(spec)
    engine = engines.open_engine(engines.parse_address(url))
    near: dict[int, bytes] = {}
    for look in range(count):
        article = first + look % 7
        with engines.writer(engine) as connection, Session(connection) as session:
            bases = [near[article]] if article in near else []
            sha256 = store.put(
                session, page(article, look=look // 7, size=8_000), near=bases, site_id=1
            )
        near[article] = sha256
        print(sha256.hex(), flush=True)  # noqa: T201 # how the parent learns what was committed
    store.close()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
