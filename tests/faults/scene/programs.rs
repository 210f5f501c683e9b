//! The programs of a scene: started with its settings, a short lease and the ledger.

use offstage_tests::programs::Program;
use std::time::Duration;

use super::{Proxied, Scene};

const LEASE: &str = "OFFSTAGE_WORKER__LEASE_MS";
/// What all workers are given. A lease that is short makes a round cheap.
const WORKER: [(&str, &str); 3] =
    [(LEASE, "1000"), ("OFFSTAGE_WORKER__HEARTBEAT_MS", "300"), ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "100")];

impl Scene {
    /// Starts another worker, with more settings; its number.
    pub(crate) fn start_worker(&mut self, settings: &[(&str, &str)]) -> usize {
        let url = if matches!(self.proxied, Proxied::Workers | Proxied::Everybody) {
            self.proxy.url()
        } else {
            self.redis.url()
        };
        self.start_worker_at(&url, settings)
    }

    /// Starts another worker on that way to Redis: the proxy's, for one that is to be held at an exact point.
    pub(crate) fn start_worker_at(&mut self, url: &str, settings: &[(&str, &str)]) -> usize {
        let args = ["--listen", "127.0.0.1:0", "--redis-url", url];
        let ledger = self.ledger.to_str().expect("temporary folders are text").to_owned();
        let ledger = [("OFFSTAGE_WORKER__LEDGER", ledger.as_str())];
        let own = WORKER.into_iter().chain(ledger.into_iter().filter(|_| self.has_ledger));
        let environment: Vec<_> = own.chain(self.given()).chain(settings.iter().copied()).collect();
        let worker = Program::start("offstage-worker", self.redis.folder(), &args, &environment);
        self.workers.push(worker);
        self.workers.len() - 1
    }

    /// Starts another API, with more settings; its number, which is its door's too.
    pub(crate) async fn start_api(&mut self, settings: &[(&str, &str)]) -> usize {
        let (api, base) = self.new_api(settings).await;
        self.apis.push(api);
        self.doors.add(&base);
        self.apis.len() - 1
    }

    /// A new process in the place of an API that is dead.
    pub(crate) async fn restart_api(&mut self, which: usize, settings: &[(&str, &str)]) {
        let (api, base) = self.new_api(settings).await;
        let mut old = std::mem::replace(&mut self.apis[which], api);
        self.complaints.extend(old.complaint());
        self.doors.moved(which, &base);
    }

    /// Ends all workers, as a machine ends that loses its power.
    pub(crate) fn end_workers(&mut self) {
        for mut worker in self.workers.drain(..) {
            self.complaints.extend(worker.complaint());
            worker.kill();
        }
    }

    /// What is wrong with any program there ever was: each must run that the row did not end.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        let programs = self.workers.iter_mut().chain(&mut self.apis);
        let own: Vec<_> = programs.filter_map(Program::complaint).collect();
        self.complaints.drain(..).chain(own).collect()
    }

    async fn new_api(&self, settings: &[(&str, &str)]) -> (Program, String) {
        let proxied = matches!(self.proxied, Proxied::Apis | Proxied::Everybody);
        let url = if proxied { self.proxy.url() } else { self.redis.url() };
        let args = ["serve", "--listen", "127.0.0.1:0", "--redis-url", &url];
        let environment: Vec<_> = self.given().chain(settings.iter().copied()).collect();
        let mut api = Program::start("offstage", self.redis.folder(), &args, &environment);
        let ready = api.line("ready ").await;
        let base = ready.trim_start_matches("ready ").trim().to_owned();
        (api, base)
    }

    /// How long workers hold a task without a heartbeat.
    pub(super) fn lease(&self) -> Duration {
        let last = WORKER.into_iter().chain(self.given()).filter(|(name, _)| *name == LEASE).last();
        let millis =
            last.and_then(|(_, value)| value.parse().ok()).expect("there is one, and it is a number");
        Duration::from_millis(millis)
    }

    fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
