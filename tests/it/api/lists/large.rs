//! A hundred thousand users: any page, filter and order is answered, rightly, in bounded time and memory. (`make bench` shows
//! the times of a release build.)

use offstage_tests::{
    crowd::{self, Asked, FIRST_USER, is_rare, name, place},
    redis::PrivateRedis,
    stack::Stack,
};
use std::{cmp::Reverse, time::Duration};

use crate::api::header;

const USERS: u64 = 100_000;
/// What an index serves; this is a debug build on a machine that may be busy.
const INDEXED: Duration = Duration::from_secs(2);
/// What needs a look at every record.
const SCANNED: Duration = Duration::from_mins(1);
/// What a request may need beside what the program had: numbers and sort keys of all, records of some. Forty thousand of them
/// as JSON would be more than that.
const MOST_MEMORY_BYTES: u64 = 48 * 1_024 * 1_024;

/// What must come out of a question, and of how many.
fn expected(what: &str) -> (Vec<u64>, usize) {
    let all = FIRST_USER..FIRST_USER + USERS;
    let part = |ids: Vec<u64>, from: usize| {
        let total = ids.len();
        (ids.into_iter().skip(from).take(50).collect(), total)
    };
    let mut everybody: Vec<u64> = std::iter::once(1).chain(all.clone()).collect();
    let by_name = |id: &u64| if *id == 1 { String::from("admin") } else { name(*id, USERS) };
    let rare = || all.clone().filter(|id| is_rare(*id, USERS));
    match what {
        "first page" => part(everybody, 0),
        "deep page" => part(everybody, 90_000),
        "last page downwards" => {
            everybody.reverse();
            part(everybody, 99_950)
        }
        "by an id, indexed" => part(vec![51_000], 0),
        "by a span of ids, indexed" => part((50_000..=50_099).collect(), 0),
        "by a name, indexed" => part(all.filter(|id| place(*id, USERS) == 12_345).collect(), 0),
        "by a description, scanned" => part(rare().collect(), 0),
        "by name, upwards" => {
            everybody.sort_by_key(by_name);
            part(everybody, 50_000)
        }
        "by address, downwards" => {
            // The built-in administrator's address is of the fixtures' making: user1@example.com.
            everybody.sort_by_key(|id| {
                Reverse(if *id == 1 { "user1@".to_owned() } else { format!("{}@", name(*id, USERS)) })
            });
            part(everybody, 0)
        }
        "scanned, two terms, nested" => {
            let mut rare: Vec<_> = rare().chain([1]).collect();
            rare.sort_by_key(|id| (if *id == 1 { u64::MAX } else { id % 60 }, Reverse(*id)));
            part(rare, 10)
        }
        other => panic!("what comes out of {other:?}?"),
    }
}

#[tokio::test]
async fn any_part_filter_and_order_of_a_hundred_thousand_users_is_answered() {
    let stack = Stack::on(PrivateRedis::with(&["--appendonly", "no"]).await, []).await;
    crowd::fill(&stack, USERS);
    let (program, api) = stack.api(&[("OFFSTAGE_LOG", "warn")]).await;
    assert_eq!(api.get("/ops/v1/queue").await.status, 200, "it is warm");
    let before = crowd::peak_memory_bytes(program.pid());

    for asked in crowd::ask_all(&api, 1).await {
        let Asked { what, least, ids, part } = &asked;
        let (expected, total) = expected(what);
        eprintln!("{least:>9.1?}  {what}");
        assert_eq!(ids, &expected, "{what}");
        assert!(part.ends_with(&format!("/{total}")), "{what}: {part}, of {total}");
        let limit = if what.contains("page") || what.contains("indexed") { INDEXED } else { SCANNED };
        assert!(*least < limit, "{what}: {least:?}");
    }
    let (users, bytes, took) = crowd::ask_for_many(&api, &[("sort", "-username")], "items=5-40004").await;
    eprintln!("{took:>9.1?}  forty thousand of them, {bytes} bytes");
    assert_eq!(users, 40_000);
    assert!(took < SCANNED, "{took:?}");
    let grown = crowd::peak_memory_bytes(program.pid()) - before;
    eprintln!("{grown} bytes more than before");
    assert!(grown < MOST_MEMORY_BYTES, "{grown} bytes");
}

#[tokio::test]
async fn a_long_answer_comes_in_pieces_and_says_which_part_it_is() {
    let stack = Stack::on(PrivateRedis::with(&["--appendonly", "no"]).await, []).await;
    crowd::fill(&stack, 10_000);
    let (_program, api) = stack.api(&[("OFFSTAGE_LOG", "warn")]).await;
    let answer = super::ask_for(&api, super::STAGED, &[("fields", "id")], "items=1-1700").await;
    assert_eq!(super::ids(&answer), (FIRST_USER..FIRST_USER + 1_700).collect::<Vec<_>>());
    assert_eq!(answer.body[1_699].to_string(), r#"{"id":2699}"#, "with the fields that are wanted");
    assert_eq!(header(&answer, "content-range"), "items 1-1700/10001");
    assert_eq!(header(&answer, "content-type"), "application/json");
}
