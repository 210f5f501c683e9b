use super::*;
use crate::{
    api::{Entrance, service::Service, staged_config::routes},
    config::{NotebookSettings, Release},
    domain::capability::Capability,
    store::Store,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

fn document() -> Value {
    let nowhere = Store::new("redis://127.0.0.1:1/", "{offstage}", "test").unwrap();
    let entrance = Entrance {
        service: Service::new(nowhere, &NotebookSettings::default()),
        body_timeout: Duration::from_secs(1),
        settings: Arc::default(),
        stop: CancellationToken::new(),
    };
    serde_json::to_value(routes::router(&entrance).into_openapi()).unwrap()
}

fn caller(capabilities: &[Capability]) -> Principal {
    Principal { name: "c".to_owned(), user: None, capabilities: capabilities.to_vec() }
}

#[tokio::test]
async fn every_endpoint_is_told_whole_in_every_version_that_has_it() {
    let settings = StagedConfigSettings::default();
    let help = Help::of(&document(), &settings);
    let ids = help.endpoint_ids(None);
    let all: Vec<_> = ids.iter().map(|id| help.endpoint(*id, &caller(&[])).unwrap()).collect();
    let told: BTreeSet<_> =
        all.iter().map(|one| format!("{} {} {}", one.version, one.http_method, one.path)).collect();
    let served: BTreeSet<_> = settings
        .versions
        .iter()
        .flat_map(|version| endpoints::all().map(move |endpoint| (version, endpoint)))
        .filter(|(version, endpoint)| endpoint.since <= **version)
        .map(|(version, endpoint)| format!("{version} {} {}", endpoint.method, path(endpoint)))
        .collect();
    assert_eq!(told, served);
    assert_eq!(all.len(), served.len(), "each once");
    for (id, one) in ids.iter().zip(&all) {
        assert_eq!(one.id, *id);
        assert!(one.path.starts_with('/') && !one.path.starts_with("/api"), "{one:?}");
        assert!(!one.summary.is_empty() && !one.description.is_empty(), "{one:?}");
        assert!(!one.response_description.is_empty() && !one.success_responses.is_empty(), "{one:?}");
        assert!(one.response_mime_types.iter().all(|form| form.sample.is_some()), "{one:?}");
        assert!(one.parameters.iter().all(|one| !one.description.is_empty()), "{one:?}");
        let version: Release = one.version.parse().unwrap();
        assert!(one.last_modified_version.parse::<Release>().unwrap() <= version, "{one:?}");
        let resource = help.resource(one.resource_id).unwrap();
        assert!(resource.endpoint_ids.contains(id) && resource.path == one.path, "{one:?}");
        assert_eq!(resource.version, one.version);
    }
    assert_eq!(help.endpoint_ids(Some(&["17.0".to_owned()])).len() * settings.versions.len(), all.len());
    assert!([0, ids.len() as u64 + 1].iter().all(|none| help.endpoint(*none, &caller(&[])).is_none()));
}

#[tokio::test]
async fn an_endpoint_tells_its_codes_and_when_they_came() {
    let help = Help::of(&document(), &StagedConfigSettings::default());
    let deletion = |version: &str, capabilities: &[Capability]| {
        let all = help.endpoint_ids(Some(&[version.to_owned()])).into_iter();
        let all = all.filter_map(|id| help.endpoint(id, &caller(capabilities)));
        let mut fitting =
            all.filter(|one| one.http_method == "DELETE" && one.path == "/staged_config/access/users/{id}");
        fitting.next().unwrap()
    };
    let codes =
        |one: &EndpointHelp| one.error_responses.iter().map(|one| one.unique_code).collect::<Vec<_>>();
    let (old, new) = (deletion("23.0", &[Capability::Admin]), deletion("26.0", &[]));
    assert_eq!(codes(&old), [1009, 1002, 1020], "each once");
    assert_eq!(codes(&new), [1009, 38_316_001, 38_316_002, 1002, 1020]);
    let said: BTreeSet<_> = new.error_responses.iter().map(|one| &one.description).collect();
    assert_eq!(said.len(), new.error_responses.len(), "each says something else");
    assert_eq!((&*old.last_modified_version, &*new.last_modified_version), ("6.0", "24.0"));
    assert_eq!((old.caller_has_access, new.caller_has_access), (true, false));
    assert!(deletion("14.0", &[]).deprecated && !old.deprecated);
    let kinds: BTreeSet<_> = old.parameters.iter().map(|one| &*one.kind).collect();
    assert_eq!(kinds, BTreeSet::from(["HEADER", "PATH", "QUERY"]));
}

#[tokio::test]
async fn resources_stand_below_one_another_as_paths_do() {
    let settings = StagedConfigSettings::default();
    let help = Help::of(&document(), &settings);
    assert_eq!(help.versions().len(), settings.versions.len());
    for version in help.versions() {
        for root in &version.root_resource_ids {
            let root = help.resource(*root).unwrap();
            assert_eq!((root.parent_resource_id, &root.version), (None, &version.version));
            assert_eq!(root.path, format!("/{}", root.resource));
        }
    }
    for resource in help.resources() {
        let Some(parent) = resource.parent_resource_id else { continue };
        let parent = help.resource(parent).unwrap();
        assert!(parent.child_resource_ids.contains(&resource.id));
        assert_eq!(resource.path, format!("{}/{}", parent.path, resource.resource));
        assert_eq!(resource.version, parent.version);
    }
    assert_eq!(help.version(1).map(|version| &*version.version), Some("6.0"));
    assert!(help.version(0).is_none() && help.resource(0).is_none());
}

#[tokio::test]
async fn the_document_has_the_codes_that_the_help_has_and_none_of_another_endpoint() {
    let (document, settings) = (document(), StagedConfigSettings::default());
    let help = Help::of(&document, &settings);
    let mut told: HashMap<(String, String), BTreeSet<(u16, u32)>> = HashMap::new();
    for one in help.endpoint_ids(None).iter().filter_map(|id| help.endpoint(*id, &caller(&[]))) {
        let codes = one.error_responses.iter().map(|one| (one.response_code, one.unique_code));
        told.entry((one.http_method.to_lowercase(), format!("/api{}", one.path))).or_default().extend(codes);
    }
    for ((method, path), told) in &told {
        let written: BTreeSet<(u16, u32)> = document["paths"][path][method]["responses"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(status, _)| !status.starts_with('2'))
            .flat_map(|(status, said)| {
                said["description"].as_str().unwrap().lines().map(move |line| (status, line))
            })
            .map(|(status, line)| (status, line.strip_prefix("- ").unwrap().split_once(':').unwrap().0))
            .map(|(status, code)| (status.parse().unwrap(), code.parse().unwrap()))
            .collect();
        assert!(told.is_subset(&written), "{method} {path}: {:?}", told - &written);
        let foreign = |code: u32| code > 1_030;
        let strangers: Vec<_> = written.difference(told).filter(|(_, code)| foreign(*code)).collect();
        assert!(strangers.is_empty(), "{method} {path}: {strangers:?}");
        let row =
            endpoints::all().find(|row| row.path == path && row.method.as_str().eq_ignore_ascii_case(method));
        let (is_list, code) = (row.unwrap().lists.is_some(), |code| written.contains(&(422, code)));
        assert_eq!((code(36), code(1010)), (is_list, is_list), "{method} {path}");
    }
}
