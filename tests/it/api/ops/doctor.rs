//! Whether everything is as it should be.

use super::{body, get};
use offstage_tests::stack::Stack;

#[tokio::test]
async fn each_thing_that_was_looked_at_has_a_level_and_a_remedy_where_it_is_not_good() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let levels = async || {
        let answer = get(&api, "/doctor").await;
        let items = body(&answer, 200)["items"].as_array().unwrap().clone();
        for item in &items {
            let members: Vec<_> = item.as_object().unwrap().keys().collect();
            assert_eq!(members, ["what", "level", "says", "remedy"]);
            assert_eq!(item["level"] == "good", item["remedy"].is_null(), "{item}");
        }
        let text = |item: &serde_json::Value, member: &str| item[member].as_str().unwrap().to_owned();
        items.iter().map(|item| (text(item, "what"), text(item, "level"))).collect::<Vec<_>>()
    };
    let well = levels().await;
    let mut connection = stack.redis.connection();
    redis::cmd("CONFIG").arg("SET").arg("maxmemory-policy").arg("allkeys-lru").exec(&mut connection).unwrap();
    let ill = levels().await;
    let changed: Vec<_> = well.iter().zip(&ill).filter(|(one, other)| one != other).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0].1.1, "bad");
}
