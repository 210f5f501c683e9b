//! The kinds of search that a dry run is made of, as QRadar divides them, and which of them finds a dependent of which type.
//!
//! Owns the 24 sub-types and the one table from the 76 types of dependents to them. Pure: who asks for which is settings'
//! and checks' business.
//!
//! Easy to get wrong: dependents may have types that QRadar does not know. Nobody's are left out of the counts: what has
//! no sub-type of its own is found among the named services.

use std::collections::BTreeMap;

use super::dependents::Label;

/// One kind of search for dependents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[expect(missing_docs, reason = "each is named by what it finds")]
pub enum SubType {
    ArielSavedSearches,
    OffenseSavedSearches,
    AssetSavedSearches,
    VulnerabilitySavedSearches,
    AdeRules,
    Rules,
    CalculatedProperties,
    AqlProperties,
    LogSourceGroups,
    CustomProperties,
    Reports,
    Dashboards,
    StoreAndForwardPolicies,
    AuthorizedServices,
    OffenseTypes,
    AssignedOffenses,
    Vulnerabilities,
    Groups,
    HistoricalCorrelationProfiles,
    SecurityProfiles,
    ArielIndexing,
    Domain,
    /// And everything that has no sub-type of its own.
    #[default]
    NamedServices,
    ForwardingProfile,
}

/// What every name begins with.
pub const PREFIX: &str = "FIND_DEPENDENT_";

impl SubType {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::ArielSavedSearches,
        Self::OffenseSavedSearches,
        Self::AssetSavedSearches,
        Self::VulnerabilitySavedSearches,
        Self::AdeRules,
        Self::Rules,
        Self::CalculatedProperties,
        Self::AqlProperties,
        Self::LogSourceGroups,
        Self::CustomProperties,
        Self::Reports,
        Self::Dashboards,
        Self::StoreAndForwardPolicies,
        Self::AuthorizedServices,
        Self::OffenseTypes,
        Self::AssignedOffenses,
        Self::Vulnerabilities,
        Self::Groups,
        Self::HistoricalCorrelationProfiles,
        Self::SecurityProfiles,
        Self::ArielIndexing,
        Self::Domain,
        Self::NamedServices,
        Self::ForwardingProfile,
    ];

    /// Its name in records, behind [`PREFIX`] in settings. The misspelt one is QRadar's own.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ArielSavedSearches => "ARIEL_SAVED_SEARCHES",
            Self::OffenseSavedSearches => "OFFENSE_SAVED_SEARCHES",
            Self::AssetSavedSearches => "ASSET_SAVED_SEARCHES",
            Self::VulnerabilitySavedSearches => "VULNERABILITY_SAVED_SEARCHES",
            Self::AdeRules => "ADE_RULES",
            Self::Rules => "RULES",
            Self::CalculatedProperties => "CALCULATED_PROPERTIES",
            Self::AqlProperties => "AQL_PROPERTIES",
            Self::LogSourceGroups => "LOG_SOURCE_GROUPS",
            Self::CustomProperties => "CUSTOM_PROPERTIES",
            Self::Reports => "REPORTS",
            Self::Dashboards => "DASHBOARDS",
            Self::StoreAndForwardPolicies => "STORE_AND_FORWARD_POLOCIES",
            Self::AuthorizedServices => "AUTHORIZED_SERVICES",
            Self::OffenseTypes => "OFFENSE_TYPES",
            Self::AssignedOffenses => "ASSIGNED_OFFENSES",
            Self::Vulnerabilities => "VULNERABILITIES",
            Self::Groups => "GROUPS",
            Self::HistoricalCorrelationProfiles => "HISTORICAL_CORRELATION_PROFILES",
            Self::SecurityProfiles => "SECURITY_PROFILES",
            Self::ArielIndexing => "ARIEL_INDEXING",
            Self::Domain => "DOMAIN",
            Self::NamedServices => "NAMED_SERVICES",
            Self::ForwardingProfile => "FORWARDING_PROFILE",
        }
    }

    /// The sub-type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sub_type| sub_type.name() == name)
    }

    /// The search that finds dependents of that type.
    #[must_use]
    pub fn of(kind: &Label) -> Self {
        let row = TYPES.iter().find(|(name, _)| *name == kind.as_str());
        row.map_or(Self::default(), |(_, sub_type)| *sub_type)
    }

    /// How many dependents each search has to look at, where `total` depend on the user, and so many of each of [`TYPES`].
    #[must_use]
    pub fn share_out(counts: &[u64], total: u64) -> BTreeMap<Self, u64> {
        let mut shares = BTreeMap::new();
        for ((_, sub_type), count) in TYPES.iter().zip(counts) {
            *shares.entry(*sub_type).or_default() += count;
        }
        // Those of types that QRadar does not know.
        *shares.entry(Self::default()).or_default() += total.saturating_sub(counts.iter().sum());
        shares.retain(|_, share| *share > 0);
        shares
    }
}

/// QRadar's types of dependents, in its order, each with the search that finds it.
pub const TYPES: [(&str, SubType); 76] = {
    use SubType::{
        AdeRules, AqlProperties, ArielIndexing, ArielSavedSearches, AssetSavedSearches, AssignedOffenses,
        AuthorizedServices, CalculatedProperties, CustomProperties, Dashboards, Domain, ForwardingProfile,
        Groups, HistoricalCorrelationProfiles, LogSourceGroups, NamedServices, OffenseSavedSearches,
        OffenseTypes, Reports, Rules, SecurityProfiles, StoreAndForwardPolicies, Vulnerabilities,
        VulnerabilitySavedSearches,
    };
    [
        ("APP", NamedServices),
        ("NAMED_SERVICE", NamedServices),
        ("ARIEL_SAVED_SEARCH", ArielSavedSearches),
        ("ASSET_SAVED_SEARCH", AssetSavedSearches),
        ("OFFENSE_SAVED_SEARCH", OffenseSavedSearches),
        ("VULNERABILITY_SAVED_SEARCH", VulnerabilitySavedSearches),
        ("QRM_SAVED_SEARCH_GROUP", Groups),
        ("ASSET_SAVED_SEARCH_GROUP", Groups),
        ("CUSTOM_RULE_GROUP", Groups),
        ("EVENT_ARIEL_SAVED_SEARCH_GROUP", Groups),
        ("FLOW_ARIEL_SAVED_SEARCH_GROUP", Groups),
        ("LOG_SOURCE_GROUP", LogSourceGroups),
        ("MODEL_GROUP", Groups),
        ("OFFENSE_SAVED_SEARCH_GROUP", Groups),
        ("QUESTION_GROUP", Groups),
        ("REPORT_GROUP", Groups),
        ("SIMULATION_GROUP", Groups),
        ("TOPOLOGY_SAVED_SEARCH_GROUP", Groups),
        ("VULNERABILITY_SAVED_SEARCH_GROUP", Groups),
        ("ASSIGNED_OFFENSE", AssignedOffenses),
        ("ASSIGNED_VULNERABILITY", Vulnerabilities),
        ("AUTHORIZED_SERVICE", AuthorizedServices),
        ("BUILDING_BLOCK", Rules),
        ("CRE_RULE", Rules),
        ("CRE_ADE_RULE", AdeRules),
        ("EVENT_REGEX_PROPERTY", CustomProperties),
        ("EVENT_REGEX_PROPERTY_DEPENDENCY", CustomProperties),
        ("EVENT_REGEX_PROPERTY_DISABLING_DEPENDENCY", CustomProperties),
        ("EVENT_REGEX_PROPERTY_CHANGE_FIELD_TYPE_DEPENDENCY", CustomProperties),
        ("EVENT_CALCULATED_PROPERTY_CHANGE_FIELD_TYPE_DEPENDENCY", CalculatedProperties),
        ("EVENT_AQL_PROPERTY_DISABLING_DEPENDENCY", AqlProperties),
        ("EVENT_CALCULATED_PROPERTY_DISABLING_DEPENDENCY", CalculatedProperties),
        ("EVENT_CALCULATED_PROPERTY", CalculatedProperties),
        ("FLOW_REGEX_PROPERTY", CustomProperties),
        ("FLOW_REGEX_PROPERTY_DEPENDENCY", CustomProperties),
        ("FLOW_REGEX_PROPERTY_DISABLING_DEPENDENCY", CustomProperties),
        ("FLOW_REGEX_PROPERTY_CHANGE_FIELD_TYPE_DEPENDENCY", CustomProperties),
        ("FLOW_AQL_PROPERTY_DISABLING_DEPENDENCY", AqlProperties),
        ("FLOW_CALCULATED_PROPERTY_DISABLING_DEPENDENCY", CalculatedProperties),
        ("FLOW_CALCULATED_PROPERTY_CHANGE_FIELD_TYPE_DEPENDENCY", CalculatedProperties),
        ("FLOW_CALCULATED_PROPERTY", CalculatedProperties),
        ("DASHBOARD", Dashboards),
        ("GV_REFERENCE", ArielSavedSearches),
        ("REPORT", Reports),
        ("REFERENCE_DATA", NamedServices),
        ("REFERENCE_DATA_MAP_OF_SETS", NamedServices),
        ("REFERENCE_DATA_MAPS", NamedServices),
        ("REFERENCE_DATA_SETS", NamedServices),
        ("REFERENCE_DATA_TABLES", NamedServices),
        ("REFERENCE_DATA_RESPONSE", Rules),
        ("REFERENCE_SET_RESPONSE", Rules),
        ("REFERENCE_DATA_KEY", NamedServices),
        ("REFERENCE_DATA_ELEMENT", NamedServices),
        ("EVENT_RETENTION_BUCKET", NamedServices),
        ("FLOW_RETENTION_BUCKET", NamedServices),
        ("ROUTING_RULE", ForwardingProfile),
        ("STORE_AND_FORWARD_POLICY", StoreAndForwardPolicies),
        ("USER", NamedServices),
        ("HISTORICAL_PROFILE", HistoricalCorrelationProfiles),
        ("OFFENSE", AssignedOffenses),
        ("EVENT_AQL_PROPERTY", AqlProperties),
        ("FLOW_AQL_PROPERTY", AqlProperties),
        ("OFFENSE_TYPE", OffenseTypes),
        ("SECURITY_PROFILE", SecurityProfiles),
        ("ARIEL_INDEX", ArielIndexing),
        ("DOMAIN_MAPPING", Domain),
        ("FORWARDING_PROFILE", ForwardingProfile),
        ("REGEX_EXPRESSION", CustomProperties),
        ("JSON_EXPRESSION", CustomProperties),
        ("LEEF_EXPRESSION", CustomProperties),
        ("CEF_EXPRESSION", CustomProperties),
        ("GENERICLIST_EXPRESSION", CustomProperties),
        ("NAMEVALUEPAIR_EXPRESSION", CustomProperties),
        ("XML_EXPRESSION", CustomProperties),
        ("AQL_EXPRESSION", AqlProperties),
        ("CALCULATED_EXPRESSION", CalculatedProperties),
    ]
};

#[cfg(test)]
mod tests {
    use super::{SubType, TYPES};
    use crate::domain::dependents::Label;
    use std::collections::{BTreeMap, BTreeSet};

    fn of(kind: &str) -> SubType {
        SubType::of(&Label::new(kind).unwrap())
    }

    #[test]
    fn names_are_read_back_and_are_all_different() {
        let names: BTreeSet<_> = SubType::ALL.map(SubType::name).into();
        assert_eq!(names.len(), SubType::ALL.len());
        for sub_type in SubType::ALL {
            assert_eq!(SubType::from_name(sub_type.name()), Some(sub_type));
        }
        assert_eq!(SubType::from_name("reports"), None);
    }

    #[test]
    fn every_type_has_a_search_and_every_search_finds_something() {
        let types: BTreeSet<_> = TYPES.iter().map(|(name, _)| *name).collect();
        assert_eq!(types.len(), TYPES.len(), "no type stands there twice");
        let used: BTreeSet<_> = TYPES.iter().map(|(_, sub_type)| *sub_type).collect();
        assert_eq!(used, SubType::ALL.into());
        assert_eq!(of("REPORT"), SubType::Reports);
        assert_eq!(of("REPORT_GROUP"), SubType::Groups);
        assert_eq!(of("FLOW_AQL_PROPERTY"), SubType::AqlProperties);
        assert_eq!(of("report"), SubType::NamedServices, "a type that is none of QRadar's");
    }

    #[test]
    fn shares_add_up_to_all_there_is() {
        let mut counts = vec![0; TYPES.len()];
        let place = |kind: &str| TYPES.iter().position(|(name, _)| *name == kind).unwrap();
        counts[place("CRE_RULE")] = 2;
        counts[place("BUILDING_BLOCK")] = 1;
        counts[place("APP")] = 1;
        let shares = SubType::share_out(&counts, 9);
        assert_eq!(shares, BTreeMap::from([(SubType::Rules, 3), (SubType::NamedServices, 6)]));
        assert_eq!(SubType::share_out(&[], 0), BTreeMap::new());
    }
}
