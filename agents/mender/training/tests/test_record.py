"""What the model card learns of a run."""

from mender.record import record

SHAPES = {"written": 3, "ways": 5}
STATE = {"step": 90, "tokens": 1200, "seconds": 90.0, "files": {"a.jsonl": 5, "b.jsonl": 7}}


def test_a_record_has_what_the_checkpoint_counted():
    found = record(STATE, "shapes", 7, "Two cores.", SHAPES)
    assert found["shapes"] == SHAPES
    assert found["stretches"] == [{"what": "shapes", "seed": 7, "steps": 90, "tokens": 1200, "samples": 12, "minutes": 1.5}]


def test_what_was_not_counted_is_left_out_and_earlier_stretches_are_kept():
    before = record({}, "shapes", 7, "Two cores.", SHAPES)
    assert before["stretches"] == [{"what": "shapes", "seed": 7}]
    assert [stretch["what"] for stretch in record(STATE, "grammar", 8, "Two cores.", SHAPES, before)["stretches"]] == ["shapes", "grammar"]
