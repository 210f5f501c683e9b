//! What "accepted" promises: on the disk, on a replica, or 503.
//!
//! Easy to get wrong: what came short stands on the primary all the same. A test that counts tasks after a 503 says which of
//! the two it means: refused before it was begun, or unknown and found again by its key.

mod dialects;
mod promise;
mod shown;

use offstage_tests::{api::Api, programs::Program, redis::PrivateRedis, replica::Replicated, stack::Stack};
use std::{path::PathBuf, time::Duration};

/// For whatever is to happen.
const DEADLINE: Duration = Duration::from_secs(20);
/// What is promised: everything there is.
const PROMISED: [(&str, &str); 3] = [
    ("OFFSTAGE_DURABILITY__FSYNC", "always"),
    ("OFFSTAGE_DURABILITY__REPLICAS", "1"),
    ("OFFSTAGE_DURABILITY__REPLICAS_TIMEOUT_MS", "1000"),
];

/// A Redis with a replica, users 5 to 8, a workspace of the last one, and an API that promises both.
struct Site {
    // Dropped first: what it logs lies in the folder of the Redis.
    api_program: Program,
    api: Api,
    stack: Stack,
    replica: PrivateRedis,
    root: PathBuf,
}

impl Site {
    async fn open() -> Self {
        Self::promising(&PROMISED).await
    }

    async fn promising(promised: &[(&str, &str)]) -> Self {
        let Replicated { primary, replica } = Replicated::start().await;
        let stack = Stack::on(primary, 5..=8).await;
        let root = stack.redis.folder().join("workspaces");
        std::fs::create_dir_all(root.join("user8")).unwrap();
        let settings = [promised, &[root_of(&root)]].concat();
        let (api_program, api) = stack.api(&settings).await;
        Self { api_program, api, stack, replica, root }
    }

    fn worker(&self) -> Program {
        self.stack.worker(&[PROMISED.as_slice(), &[root_of(&self.root)]].concat())
    }

    fn set(&self, setting: &str, value: &str) {
        let mut connection = self.stack.redis.connection();
        redis::cmd("CONFIG").arg("SET").arg(setting).arg(value).exec(&mut connection).unwrap();
    }

    async fn tasks(&self) -> usize {
        self.api.get("/ops/v1/tasks").await.body["items"].as_array().map_or(0, Vec::len)
    }
}

fn root_of(root: &std::path::Path) -> (&str, &str) {
    ("OFFSTAGE_NOTEBOOKS__WORKSPACE_ROOT", root.to_str().unwrap())
}
