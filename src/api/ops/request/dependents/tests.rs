use super::*;

const PATIENT: Duration = Duration::from_secs(5);

fn at(user: &str, kind: &str, id: &str) -> Result<Named, Problem> {
    dependent(Ok(Path((user.to_owned(), kind.to_owned(), id.to_owned()))))
}

async fn read_body(text: &str) -> Result<Dependent, String> {
    let request =
        Request::builder().header("content-type", "application/json").body(text.to_owned().into()).unwrap();
    let named = at("5", "REPORT", "a/b").map_err(|problem| problem.public)?;
    body(request, PATIENT, named).await.map_err(|problem| problem.public)
}

#[tokio::test]
async fn a_dependent_needs_no_more_than_its_path() {
    let plain = read_body("{}").await.unwrap();
    assert_eq!((plain.kind.as_str(), plain.id.as_str(), plain.blocking), ("REPORT", "a/b", true));
    let full = r#"{"type":"REPORT","id":"a/b","name":"n","owner":null,"database":"FLOWS","group_ids":[3],"blocking":false}"#;
    let said = read_body(full).await.unwrap();
    assert_eq!((said.name.as_deref(), said.owner), (Some("n"), None));
    assert_eq!((said.database, said.group_ids, said.blocking), (Some(Database::Flows), vec![3], false));
}

#[tokio::test]
async fn a_malformed_dependent_is_refused_by_the_members_name() {
    let groups = format!(r#"{{"group_ids":[{}0]}}"#, "0,".repeat(1_000));
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(1_025));
    for (text, word) in [
        (r#"{"name":""}"#, "name"),
        (&*long, "name"),
        (r#"{"owner":"a\u0000"}"#, "owner"),
        (r#"{"database":"events"}"#, "database"),
        (r#"{"group_ids":["3"]}"#, "group_ids"),
        (&*groups, "group_ids"),
        (r#"{"blocking":null}"#, "blocking"),
        (r#"{"type":"OTHER"}"#, "type"),
        (r#"{"id":"17"}"#, "id"),
        (r#"{"surplus":1}"#, "surplus"),
    ] {
        assert!(read_body(text).await.unwrap_err().contains(word), "{text}");
    }
}

#[test]
fn a_path_is_checked_piece_by_piece() {
    assert!(at("5", "REPORT", "ä/ö ").is_ok());
    let long = "x".repeat(256);
    for (user, kind, id) in [
        ("05", "R", "1"),
        ("x", "R", "1"),
        ("5", "a b", "1"),
        ("5", "", "1"),
        ("5", "R", "\n"),
        ("5", "R", &long),
    ] {
        assert!(at(user, kind, id).is_err(), "{user}/{kind}/{id}");
    }
}

#[test]
fn a_page_is_asked_for_strictly() {
    let page = paging(None).unwrap();
    assert_eq!((page.after.as_str(), page.limit), ("", 100));
    let cursor = write_cursor("REPORT/a/b?ä");
    let page = paging(Some(&format!("cursor={cursor}&limit=1000"))).unwrap();
    assert_eq!((page.after.as_str(), page.limit), ("REPORT/a/b?ä", 1_000));
    for bad in [
        "limit=0",
        "limit=1001",
        "limit=+5",
        "limit=",
        "limit=5&limit=5",
        "cursor=",
        "cursor=%21",
        "cursor=YQ",
        "cursor=YS8K",
        "page=1",
    ] {
        assert!(paging(Some(bad)).is_err(), "{bad}");
    }
}
