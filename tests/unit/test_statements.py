"""Values as statements take them."""

from db.statements import padded


def test_a_list_says_the_same_in_one_of_few_lengths() -> None:
    lists = [list(range(count)) for count in range(1, 400)]
    assert {len(padded(each)) for each in lists} == {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}
    assert all(set(padded(each)) == set(each) for each in lists)
    assert padded([]) == []
