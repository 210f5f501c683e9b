//! What an index can use of a filter.

use super::*;

/// The ids that the hint leaves; none when it says nothing.
fn ids(text: &str) -> Option<Vec<u64>> {
    let filter = filter(text);
    let number = |operand: &Operand| match operand {
        Operand::Number(number) => *number,
        Operand::Text(_) | Operand::Flag(_) => panic!("an id is a number"),
    };
    match filter.hint("id")? {
        Hint::Among(values) => Some(values.into_iter().filter_map(|value| number(value).as_id()).collect()),
        Hint::Between(from, to) => {
            let bound = |operand: Option<&Operand>, otherwise| {
                operand.map_or(Some(otherwise), |one| number(one).as_id())
            };
            Some((bound(from, 0)?..=bound(to, 20)?).collect())
        }
    }
}

#[test]
fn what_is_said_of_an_id_is_found() {
    assert_eq!(ids("id = 7"), Some(vec![7]));
    assert_eq!(ids("id in (7, 9) and name = x"), Some(vec![7, 9]));
    assert_eq!(ids("id = 7 or id in (8, 9)"), Some(vec![7, 8, 9]));
    assert_eq!(ids("id between 3 and 5"), Some(vec![3, 4, 5]));
    assert_eq!(ids("id > 3 and id < 6 and (id >= 4 and id <= 9)"), Some(vec![4, 5, 6]));
    assert_eq!(ids("id < 6 and id in (1, 9)"), Some(vec![1, 9]));
    assert_eq!(ids("id in (1, 2, 3) and id = 2"), Some(vec![2]));
    assert_eq!(ids("id = 7.5"), Some(vec![]));
}

#[test]
fn where_nothing_is_sure_there_is_no_hint() {
    for text in [
        "name = x",
        "id = 7 or name = x",
        "not id = 7",
        "id != 7",
        "id is null",
        "id > 3 or id = 1",
        "id not in (1)",
    ] {
        assert_eq!(ids(text), None, "{text}");
    }
}
