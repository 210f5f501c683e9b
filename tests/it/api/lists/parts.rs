//! Parts of lists: `Range` and `Content-Range`.

use super::*;
use crate::api::{header, refuses};

#[tokio::test]
async fn a_part_is_a_200_that_says_which_part_of_how_many_it_is() {
    let (_stack, _program, api) = cast().await;
    for path in [STAGED, DEPLOYED] {
        for (range, expected, said) in [
            ("items=0-1", &[1, 20][..], "items 0-1/7"),
            ("items= 2 - 4", &[21, 22, 23], "items 2-4/7"),
            ("items = 5-99", &[24, 25], "items 5-6/7"),
            ("items=0-6", &[1, 20, 21, 22, 23, 24, 25], "items 0-6/7"),
            ("items=7-9", &[], "items */7"),
        ] {
            let answer = ask_for(&api, path, &[], range).await;
            assert_eq!(
                (ids(&answer), header(&answer, "content-range")),
                (expected.to_vec(), said),
                "{range}"
            );
        }
    }
}

#[tokio::test]
async fn a_part_is_taken_of_what_filter_and_order_leave() {
    let (_stack, _program, api) = cast().await;
    let query = [("filter", "user_role_id = 2"), ("sort", "-username"), ("fields", "id")];
    let answer = ask_for(&api, STAGED, &query, "items=1-2").await;
    assert_eq!((ids(&answer), header(&answer, "content-range")), (vec![20, 25], "items 1-2/4"));
    assert_eq!(answer.body, json!([{"id": 20}, {"id": 25}]));
    let nobody = ask_for(&api, STAGED, &[("filter", "id = 99")], "items=0-9").await;
    assert_eq!((ids(&nobody), header(&nobody, "content-range")), (vec![], "items */0"));
}

#[tokio::test]
async fn without_a_range_nothing_is_said_of_one() {
    let (_stack, _program, api) = cast().await;
    assert!(!api.get(STAGED).await.headers.contains_key("content-range"));
}

#[tokio::test]
async fn a_range_of_another_form_is_refused_with_36_and_a_negative_one_says_so() {
    let (_stack, _program, api) = cast().await;
    for range in ["items=a-b", "items=1", "bytes=0-1", "items=-1", "items=0-1,3-4"] {
        let answer = ask_for(&api, STAGED, &[], range).await;
        refuses(&answer, 422, 36);
        assert!(answer.body["message"].as_str().unwrap().contains("items=x-y"), "{answer:?}");
    }
    let negative = ask_for(&api, STAGED, &[], "items=4-3").await;
    refuses(&negative, 422, 36);
    assert!(negative.body["message"].as_str().unwrap().contains("negative"), "{negative:?}");
}

#[tokio::test]
async fn where_there_is_no_list_a_range_means_nothing() {
    let (_stack, _program, api) = cast().await;
    let answer = ask_for(&api, "/api/config/access/user_roles/1", &[("filter", "nope")], "items=4-3").await;
    assert_eq!(answer.status, 200, "{answer:?}");
}
