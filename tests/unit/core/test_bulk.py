"""Work on many rows: the collector rests meanwhile, and what was made is not kept from it afterwards."""

import gc

from evidence.core.bulk import many_rows


class _Ring:
    def __init__(self) -> None:
        self.itself = self


def test_the_collector_rests_and_is_on_again_afterwards() -> None:
    with many_rows():
        assert not gc.isenabled()
        with many_rows():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_ring_made_meanwhile_is_collected_later() -> None:
    gc.collect()
    with many_rows():
        _Ring()
    assert sum(isinstance(each, _Ring) for each in gc.get_objects()) == 1
    gc.collect()
    assert not any(isinstance(each, _Ring) for each in gc.get_objects())
