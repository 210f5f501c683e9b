//! What there is to be called: endpoints, the resources they are on, and versions, as the help tells them.
//!
//! Owns how that is put together, once at start: what an endpoint is for comes out of the document that the handlers themselves
//! make, its codes, fields and rights out of the table by which they are judged. So the help can only tell what is served.
//!
//! Easy to get wrong: an endpoint is there once for every version that has it, so there are many. They are kept as numbers, and
//! written out as they are asked for.

mod described;
mod sample;

use serde_json::Value;
use std::{collections::HashMap, str::FromStr};

use self::described::Described;
use super::{
    endpoint::Endpoint,
    endpoints,
    fields::Shape,
    response::help::{EndpointHelp, ErrorResponse, ResourceHelp, VersionHelp},
    version::Version,
};
use crate::{
    api::service::Principal,
    config::StagedConfigSettings,
    domain::task::{NotAnId, TaskId},
};

/// What stands before the paths, and is not told.
const PREFIX: &str = "/api";

/// See the module's header. An entry's number is its place, counted from one.
pub(super) struct Help {
    described: Vec<Described>,
    served: Vec<Served>,
    resources: Vec<ResourceHelp>,
    versions: Vec<VersionHelp>,
}

/// The number of an entry, as a path has it: written like the number of anything else.
pub(super) struct EntryId(pub(super) u64);

impl FromStr for EntryId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let TaskId(number) = text.parse()?;
        Ok(Self(number))
    }
}

/// An endpoint in a version.
struct Served {
    endpoint: &'static Endpoint,
    /// Where in [`Help::described`].
    described: usize,
    version: Version,
    last_modified: Version,
    is_deprecated: bool,
    resource_id: u64,
}

impl Help {
    /// The help about the routes of that document.
    pub(super) fn of(document: &Value, settings: &StagedConfigSettings) -> Self {
        let all: Vec<_> = endpoints::all().collect();
        let described = all.iter().map(|endpoint| Described::of(document, endpoint)).collect();
        let mut help = Self { described, served: Vec::new(), resources: Vec::new(), versions: Vec::new() };
        let mut last: HashMap<usize, (Version, Vec<String>)> = HashMap::new();
        for version in settings.versions.iter().copied() {
            let is_deprecated = settings.deprecated_up_to.is_some_and(|last| version <= last);
            let mut tree = Tree { all: &mut help.resources, known: HashMap::new(), version };
            for (place, endpoint) in all.iter().enumerate().filter(|(_, one)| one.since <= version) {
                let looks = looks(endpoint, version);
                let before = last.entry(place).or_insert_with(|| (version, looks.clone()));
                if before.1 != looks {
                    *before = (version, looks);
                }
                let resource = tree.at(path(endpoint));
                help.served.push(Served {
                    endpoint,
                    described: place,
                    version,
                    last_modified: before.0,
                    is_deprecated,
                    resource_id: tree.all[resource].id,
                });
                tree.all[resource].endpoint_ids.push(number(help.served.len() - 1));
            }
            let roots = tree.roots();
            help.versions.push(VersionHelp {
                deprecated: is_deprecated,
                id: number(help.versions.len()),
                removed: false,
                root_resource_ids: roots,
                version: version.to_string(),
            });
        }
        help
    }

    /// The numbers of the endpoints in these versions, or in all.
    pub(super) fn endpoint_ids(&self, versions: Option<&[String]>) -> Vec<u64> {
        let wanted = |served: &Served| versions.is_none_or(|some| some.contains(&served.version.to_string()));
        let all = self.served.iter().enumerate();
        all.filter(|(_, served)| wanted(served)).map(|(place, _)| number(place)).collect()
    }

    /// The endpoint of that number, as that caller sees it.
    pub(super) fn endpoint(&self, id: u64, caller: &Principal) -> Option<EndpointHelp> {
        let served = self.served.get(place(id)?)?;
        let described = self.described.get(served.described)?;
        Some(EndpointHelp {
            caller_has_access: served.endpoint.operation.permit(caller).is_ok(),
            deprecated: served.is_deprecated,
            description: described.description.clone(),
            error_responses: error_responses(served.endpoint, served.version),
            http_method: served.endpoint.method.to_string(),
            id,
            last_modified_version: served.last_modified.to_string(),
            parameters: described.parameters.clone(),
            path: path(served.endpoint).to_owned(),
            resource_id: served.resource_id,
            response_description: described.response_description.clone(),
            response_mime_types: described.response_mime_types.clone(),
            success_responses: described.success_responses.clone(),
            summary: described.summary.clone(),
            version: served.version.to_string(),
        })
    }

    /// All resources.
    pub(super) fn resources(&self) -> &[ResourceHelp] {
        &self.resources
    }

    /// The resource of that number.
    pub(super) fn resource(&self, id: u64) -> Option<&ResourceHelp> {
        self.resources.get(place(id)?)
    }

    /// All versions.
    pub(super) fn versions(&self) -> &[VersionHelp] {
        &self.versions
    }

    /// The version of that number.
    pub(super) fn version(&self, id: u64) -> Option<&VersionHelp> {
        self.versions.get(place(id)?)
    }
}

/// The resources of one version, as they grow.
struct Tree<'a> {
    all: &'a mut Vec<ResourceHelp>,
    known: HashMap<String, usize>,
    version: Version,
}

impl Tree<'_> {
    /// The place of the resource at that path; it and all above it are made where they are not there.
    fn at(&mut self, path: &str) -> usize {
        if let Some(known) = self.known.get(path) {
            return *known;
        }
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parent = (!above.is_empty()).then(|| self.at(above));
        let place = self.all.len();
        if let Some(parent) = parent {
            self.all[parent].child_resource_ids.push(number(place));
        }
        self.all.push(ResourceHelp {
            child_resource_ids: Vec::new(),
            endpoint_ids: Vec::new(),
            id: number(place),
            parent_resource_id: parent.map(number),
            path: path.to_owned(),
            resource: name.to_owned(),
            version: self.version.to_string(),
        });
        self.known.insert(path.to_owned(), place);
        place
    }

    fn roots(self) -> Vec<u64> {
        let mut ids: Vec<_> = self.known.into_values().map(|place| &self.all[place]).collect();
        ids.sort_by_key(|resource| resource.id);
        ids.into_iter().filter(|one| one.parent_resource_id.is_none()).map(|one| one.id).collect()
    }
}

/// What a client of that version can tell apart of an endpoint: its fields and its codes.
fn looks(endpoint: &Endpoint, version: Version) -> Vec<String> {
    let fields = Shape::new(endpoint.fields, version.major()).names().into_iter().map(str::to_owned);
    let codes = error_responses(endpoint, version).into_iter();
    fields.chain(codes.map(|one| format!("{} {}", one.response_code, one.unique_code))).collect()
}

fn error_responses(endpoint: &Endpoint, version: Version) -> Vec<ErrorResponse> {
    let mut all: Vec<ErrorResponse> = Vec::new();
    let own = endpoint.refusals.iter().filter(|refused| refused.is_in(version));
    for one in own.map(|refused| ErrorResponse::new(refused.status, refused.code, refused.description)) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    if all.iter().all(|one| one.response_code != 500) {
        all.push(ErrorResponse::new(500, 1020, "An unexpected error has occurred."));
    }
    all
}

/// The path of an endpoint as it is told.
fn path(endpoint: &Endpoint) -> &'static str {
    endpoint.path.strip_prefix(PREFIX).unwrap_or(endpoint.path)
}

fn number(place: usize) -> u64 {
    place as u64 + 1
}

fn place(id: u64) -> Option<usize> {
    usize::try_from(id).ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests;
