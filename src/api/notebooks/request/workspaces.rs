//! Reading what is to be done with workspaces: which, whose, where to.
//!
//! Owns the spellings. The documents of one product call the target of a transfer by four names; all of them are taken,
//! and two in one request are refused like any parameter that comes twice.
//!
//! Easy to get wrong: the workspace's name is one piece of a path, in whatever form it comes. [`WorkspaceName`] is the
//! only way to one, so that nothing else gets near the disk.

use super::given::{Given, missing, truth};
use crate::{api::problem::Problem, domain::workspace::WorkspaceName};

const TARGET_USER: [&str; 2] = ["targetUserName", "transferUserName"];
const TARGET_FOLDER: [&str; 2] = ["targetFolderName", "transferFolderName"];

/// Which workspace is to be deleted.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::api::notebooks) struct Deletion {
    /// Its owner's name, which is its own.
    pub(in crate::api::notebooks) workspace: WorkspaceName,
    /// The caller does not wait for the end.
    pub(in crate::api::notebooks) is_async: bool,
}

/// Whose workspace's contents go where.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::api::notebooks) struct Transfer {
    pub(in crate::api::notebooks) from: WorkspaceName,
    pub(in crate::api::notebooks) to: WorkspaceName,
    /// The folder in the target's workspace; its root without one.
    pub(in crate::api::notebooks) folder: Option<String>,
}

/// Which file or folder goes where.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::api::notebooks) struct Move {
    pub(in crate::api::notebooks) owner: WorkspaceName,
    pub(in crate::api::notebooks) source: String,
    pub(in crate::api::notebooks) target: String,
    pub(in crate::api::notebooks) target_owner: WorkspaceName,
}

/// Reads a request for a deletion. `in_path` is the workspace that the path names, where it names one.
pub(in crate::api::notebooks) fn deletion(given: &Given, in_path: Option<&str>) -> Result<Deletion, Problem> {
    let workspace = owner(given, in_path)?;
    Ok(Deletion { workspace, is_async: truth("async", given.one("async")?)? })
}

/// Reads a request for a transfer.
pub(in crate::api::notebooks) fn transfer(given: &Given, in_path: Option<&str>) -> Result<Transfer, Problem> {
    let from = owner(given, in_path)?;
    let to = given.any(&TARGET_USER)?.filter(|text| !text.is_empty());
    let to = workspace("targetUserName", to.ok_or_else(|| missing("targetUserName"))?)?;
    let folder = given.any(&TARGET_FOLDER)?.filter(|text| !text.is_empty());
    Ok(Transfer { from, to, folder: folder.map(str::to_owned) })
}

/// Reads a request to move something of the workspace that the path names.
pub(in crate::api::notebooks) fn relocation(given: &Given, in_path: &str) -> Result<Move, Problem> {
    let owner = workspace("userName", in_path)?;
    let target_owner = match given.any(&TARGET_USER)?.filter(|text| !text.is_empty()) {
        Some(text) => workspace("targetUserName", text)?,
        None => owner.clone(),
    };
    let (source, target) = (given.required("source")?.to_owned(), given.required("target")?.to_owned());
    Ok(Move { owner, source, target, target_owner })
}

fn owner(given: &Given, in_path: Option<&str>) -> Result<WorkspaceName, Problem> {
    let name = given.required("userName")?;
    if in_path.is_some_and(|in_path| in_path != name) {
        let said = "The parameter userName says something else than the path.";
        return Err(Problem::bad_parameter("userName", said));
    }
    workspace("userName", name)
}

fn workspace(parameter: &'static str, text: &str) -> Result<WorkspaceName, Problem> {
    WorkspaceName::new(text).ok_or_else(|| {
        let said = format!("The parameter {parameter} is not the name of a workspace.");
        Problem::bad_parameter(parameter, said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(body: &str) -> Given {
        Given::read(body.as_bytes(), None).unwrap()
    }

    fn name(text: &str) -> WorkspaceName {
        WorkspaceName::new(text).unwrap()
    }

    #[test]
    fn a_deletion_names_one_workspace_and_the_path_agrees() {
        let of = |body: &str, in_path| deletion(&given(body), in_path).ok();
        let joe = |is_async| Some(Deletion { workspace: name("gis_joe"), is_async });
        assert_eq!(of("userName=gis_joe", None), joe(false));
        assert_eq!(of("userName=gis_joe&async=true", Some("gis_joe")), joe(true));
        for (body, in_path) in [
            ("", None),
            ("", Some("gis_joe")),
            ("userName=gis_joe", Some("gis_jane")),
            ("userName=gis_joe", Some("GIS_JOE")),
            ("userName=gis_joe", Some("")),
            ("userName=.", None),
            ("userName=..", None),
            ("userName=trash", None),
            ("userName=a%2Fb", None),
            ("userName=a%00", None),
            ("userName=a%0A", None),
            ("userName=gis_joe&async=perhaps", None),
        ] {
            assert_eq!(of(body, in_path), None, "{body} {in_path:?}");
        }
        let strange = of("userName=DOM%5Cu+ser%40r%2Bx", None).unwrap();
        assert_eq!(strange.workspace.as_str(), "DOM\\u ser@r+x");
    }

    #[test]
    fn a_transfers_target_is_taken_in_every_spelling_of_the_documents() {
        for (user, folder) in [
            ("targetUserName", "targetFolderName"),
            ("targetUsername", "targetFoldername"),
            ("targetUserName", "targetFoldername"),
            ("transferUserName", "transferFoldername"),
        ] {
            let read = transfer(&given(&format!("userName=a&{user}=b&{folder}=c%2Fd")), None).unwrap();
            let folder = Some("c/d".to_owned());
            assert_eq!(read, Transfer { from: name("a"), to: name("b"), folder });
        }
        assert_eq!(transfer(&given("userName=a&targetUserName=b"), None).unwrap().folder, None);
        for body in [
            "userName=a",
            "userName=a&targetUserName=",
            "userName=a&targetUserName=b&targetUsername=b",
            "targetUserName=b",
        ] {
            assert!(transfer(&given(body), None).is_err(), "{body}");
        }
    }

    #[test]
    fn a_move_stays_with_its_owner_unless_another_is_named() {
        let read = relocation(&given("source=csv_folder&target=mydata%2Fcsv_folder"), "gis_joe").unwrap();
        assert_eq!(read.target_owner, read.owner);
        let read = relocation(&given("source=a&target=b&targetUsername=gis_jane"), "gis_joe").unwrap();
        assert_eq!((read.owner, read.target_owner), (name("gis_joe"), name("gis_jane")));
        for (body, in_path) in [("source=a", "gis_joe"), ("target=b", "gis_joe"), ("source=a&target=b", "..")]
        {
            assert!(relocation(&given(body), in_path).is_err(), "{body} {in_path}");
        }
    }
}
