//! The words on the wire for what a component of a dry run looks for.
//!
//! The 24 are those of the original's enumeration, spelt as there. Easy to get wrong: it misspells one of them, and its prose
//! calls the field `sub_task_type` where all its samples have `task_sub_type`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::sub_type::SubType;

/// What a component looks for.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = TaskSubType)]
#[expect(clippy::enum_variant_names, reason = "the words have it")]
pub(super) enum SubTypeWord {
    FindDependentArielSavedSearches,
    FindDependentOffenseSavedSearches,
    FindDependentAssetSavedSearches,
    FindDependentVulnerabilitySavedSearches,
    FindDependentAdeRules,
    FindDependentRules,
    FindDependentCalculatedProperties,
    FindDependentAqlProperties,
    FindDependentLogSourceGroups,
    FindDependentCustomProperties,
    FindDependentReports,
    FindDependentDashboards,
    FindDependentStoreAndForwardPolocies,
    FindDependentAuthorizedServices,
    FindDependentOffenseTypes,
    FindDependentAssignedOffenses,
    FindDependentVulnerabilities,
    FindDependentGroups,
    FindDependentHistoricalCorrelationProfiles,
    FindDependentSecurityProfiles,
    FindDependentArielIndexing,
    FindDependentDomain,
    FindDependentNamedServices,
    FindDependentForwardingProfile,
}

impl From<SubType> for SubTypeWord {
    fn from(sub_type: SubType) -> Self {
        match sub_type {
            SubType::ArielSavedSearches => Self::FindDependentArielSavedSearches,
            SubType::OffenseSavedSearches => Self::FindDependentOffenseSavedSearches,
            SubType::AssetSavedSearches => Self::FindDependentAssetSavedSearches,
            SubType::VulnerabilitySavedSearches => Self::FindDependentVulnerabilitySavedSearches,
            SubType::AdeRules => Self::FindDependentAdeRules,
            SubType::Rules => Self::FindDependentRules,
            SubType::CalculatedProperties => Self::FindDependentCalculatedProperties,
            SubType::AqlProperties => Self::FindDependentAqlProperties,
            SubType::LogSourceGroups => Self::FindDependentLogSourceGroups,
            SubType::CustomProperties => Self::FindDependentCustomProperties,
            SubType::Reports => Self::FindDependentReports,
            SubType::Dashboards => Self::FindDependentDashboards,
            SubType::StoreAndForwardPolicies => Self::FindDependentStoreAndForwardPolocies,
            SubType::AuthorizedServices => Self::FindDependentAuthorizedServices,
            SubType::OffenseTypes => Self::FindDependentOffenseTypes,
            SubType::AssignedOffenses => Self::FindDependentAssignedOffenses,
            SubType::Vulnerabilities => Self::FindDependentVulnerabilities,
            SubType::Groups => Self::FindDependentGroups,
            SubType::HistoricalCorrelationProfiles => Self::FindDependentHistoricalCorrelationProfiles,
            SubType::SecurityProfiles => Self::FindDependentSecurityProfiles,
            SubType::ArielIndexing => Self::FindDependentArielIndexing,
            SubType::Domain => Self::FindDependentDomain,
            SubType::NamedServices => Self::FindDependentNamedServices,
            SubType::ForwardingProfile => Self::FindDependentForwardingProfile,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SubType, SubTypeWord};

    #[test]
    fn the_24_words_are_the_originals() {
        let words = SubType::ALL.map(|one| serde_json::to_value(SubTypeWord::from(one)).unwrap());
        assert_eq!(
            words,
            [
                "FIND_DEPENDENT_ARIEL_SAVED_SEARCHES",
                "FIND_DEPENDENT_OFFENSE_SAVED_SEARCHES",
                "FIND_DEPENDENT_ASSET_SAVED_SEARCHES",
                "FIND_DEPENDENT_VULNERABILITY_SAVED_SEARCHES",
                "FIND_DEPENDENT_ADE_RULES",
                "FIND_DEPENDENT_RULES",
                "FIND_DEPENDENT_CALCULATED_PROPERTIES",
                "FIND_DEPENDENT_AQL_PROPERTIES",
                "FIND_DEPENDENT_LOG_SOURCE_GROUPS",
                "FIND_DEPENDENT_CUSTOM_PROPERTIES",
                "FIND_DEPENDENT_REPORTS",
                "FIND_DEPENDENT_DASHBOARDS",
                "FIND_DEPENDENT_STORE_AND_FORWARD_POLOCIES",
                "FIND_DEPENDENT_AUTHORIZED_SERVICES",
                "FIND_DEPENDENT_OFFENSE_TYPES",
                "FIND_DEPENDENT_ASSIGNED_OFFENSES",
                "FIND_DEPENDENT_VULNERABILITIES",
                "FIND_DEPENDENT_GROUPS",
                "FIND_DEPENDENT_HISTORICAL_CORRELATION_PROFILES",
                "FIND_DEPENDENT_SECURITY_PROFILES",
                "FIND_DEPENDENT_ARIEL_INDEXING",
                "FIND_DEPENDENT_DOMAIN",
                "FIND_DEPENDENT_NAMED_SERVICES",
                "FIND_DEPENDENT_FORWARDING_PROFILE",
            ]
        );
    }
}
