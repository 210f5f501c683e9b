//! Whether everything is as it should be.

use super::{body, get};
use offstage_tests::stack::Stack;

#[tokio::test]
async fn each_thing_that_was_looked_at_has_a_level_and_a_remedy_where_it_is_not_good() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let level = async || {
        let answer = get(&api, "/doctor").await;
        let items = body(&answer, 200)["items"].as_array().unwrap().clone();
        for item in &items {
            let members: Vec<_> = item.as_object().unwrap().keys().collect();
            assert_eq!(members, ["what", "level", "says", "remedy"]);
            assert_eq!(item["level"] == "good", item["remedy"].is_null(), "{item}");
        }
        // A busy machine changes how long Redis takes to answer, so that only what is changed here is compared.
        let eviction = items.iter().find(|item| item["what"] == "eviction policy");
        eviction.unwrap_or_else(|| panic!("no eviction policy: {items:?}"))["level"].clone()
    };
    assert_eq!(level().await, "good");
    let mut connection = stack.redis.connection();
    redis::cmd("CONFIG").arg("SET").arg("maxmemory-policy").arg("allkeys-lru").exec(&mut connection).unwrap();
    assert_eq!(level().await, "bad");
}
