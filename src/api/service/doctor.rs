//! Whether everything is as it should be.
//!
//! Easy to get wrong: what cannot be asked cannot be judged. Where Redis is away, that is the answer, and not a list.

use super::{Operation, Principal, Problem, Service, within};
use crate::store::doctor::Finding;

impl Service {
    /// Looks at everything.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn diagnose(&self, principal: &Principal) -> Result<Vec<Finding>, Problem> {
        Operation::ReadDiagnosis.permit(principal)?;
        within(self.inner.store.diagnose()).await
    }
}
