//! What users are given: roles, security profiles, tenants, domains. Each has a number and a name.
//!
//! Easy to get wrong: the number 0 is a domain's that nobody made; everything else begins with 1.

use serde_json::value::RawValue;

use super::{Ids, Members, Reason, number, parse, words};
use crate::store::directory::Named;

/// Most characters of a name.
const MOST_NAME_CHARS: usize = 255;
/// Most domains of a security profile.
const MOST_DOMAINS: usize = 1_000;

/// A role.
pub(super) fn role(members: &mut Members<'_, '_>, ids: &mut Ids) -> Option<Named> {
    let id = ids.read(members, 1);
    let name = name(members);
    let capabilities = members.or("capabilities", Vec::new(), words::capabilities)?;
    let capabilities = capabilities.into_iter().map(|capability| capability.name().to_owned()).collect();
    Some(Named { id: id?, name: name?, capabilities, ..Named::default() })
}

/// A security profile, whose domains `is_domain` must know.
pub(super) fn profile(
    members: &mut Members<'_, '_>,
    ids: &mut Ids,
    is_domain: impl Fn(u64) -> bool,
) -> Option<Named> {
    let id = ids.read(members, 1);
    let name = name(members);
    let domain_ids = members.or("domain_ids", Vec::new(), domains)?;
    if !domain_ids.iter().all(|id| is_domain(*id)) {
        members.fault("domain_ids", "no such domain in the file or in the directory");
    }
    Some(Named { id: id?, name: name?, domain_ids, ..Named::default() })
}

/// A tenant.
pub(super) fn tenant(members: &mut Members<'_, '_>, ids: &mut Ids) -> Option<Named> {
    let id = ids.read(members, 1);
    Some(Named { name: name(members)?, id: id?, ..Named::default() })
}

/// A domain, whose tenant `is_tenant` must know.
pub(super) fn domain(
    members: &mut Members<'_, '_>,
    ids: &mut Ids,
    is_tenant: impl Fn(u64) -> bool,
) -> Option<Named> {
    let id = ids.read(members, 0);
    let name = name(members);
    let tenant_id = members.optional("tenant_id", number(1));
    if tenant_id.is_some_and(|id| !is_tenant(id)) {
        members.fault("tenant_id", super::NO_TENANT);
    }
    let deleted = members.or("deleted", false, parse::truth)?;
    Some(Named { id: id?, name: name?, tenant_id, deleted, ..Named::default() })
}

fn name(members: &mut Members<'_, '_>) -> Option<String> {
    members.needed("name", words::name(MOST_NAME_CHARS))
}

fn domains(raw: &RawValue) -> Result<Vec<u64>, Reason> {
    let domains = parse::list(raw, number(0))?;
    if domains.len() > MOST_DOMAINS {
        return Err(format!("at most {MOST_DOMAINS} domains are wanted"));
    }
    Ok(domains)
}
