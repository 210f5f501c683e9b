//! offstage beside other queues, in alternating rounds on one machine: a private Redis for each, all with the same settings.
//!
//! `make bench` runs it, after it has installed what is measured. It fills a report, writes it as JSON, and makes the page
//! and the picture from it. What is missing is skipped with a line that says so; a system that fails loses its figures of
//! that round, and says why.
//!
//! Easy to get wrong: on a machine with other work the figures are noise. The load before is printed and kept.

#![allow(clippy::print_stdout, reason = "a bench prints what it measures, and fails by panicking")]

mod beside;
mod callers;
mod ground;
mod growth;
mod limit;
mod line;
mod machine;
mod mix;
mod monitor;
mod ours;
mod outcome;
mod peers;
mod plot;
mod scene;
mod single;
mod sizes;
mod watch;

use clap::{Parser, ValueEnum};
use offstage::config::WorkerSettings;
use offstage_tests::bench::{
    figures::Figures,
    page,
    report::{Failure, Fsync, NOT_ASKED_FOR, OURS, Report, Run, Single, System},
};
use std::path::{Path, PathBuf};

use self::{peers::Peer, sizes::Sizes};

/// Where the page finds the picture.
const PLOT: &str = "tests/benches/results/compare.svg";
const JSON: &str = "tests/benches/results/compare.json";
const PAGE: &str = "BENCHMARKS.md";

#[derive(Parser)]
#[command(about = "Measures offstage beside other queues")]
struct Arguments {
    /// One small round: to see that all works
    #[arg(long)]
    quick: bool,
    /// Rounds under the main setting
    #[arg(long)]
    rounds: Option<u32>,
    /// Only these systems, separated by commas: offstage, bullmq, sidekiq, ...
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Parts beside the rounds
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Part::Growth, Part::Limit, Part::Single, Part::Always])]
    parts: Vec<Part>,
    /// Where the peers are installed
    #[arg(long)]
    peers: Option<PathBuf>,
    /// The folder that gets BENCHMARKS.md, the JSON and the picture: the tree, or target/compare where a part is missing
    #[arg(long)]
    to: Option<PathBuf>,
    /// Measure nothing: make the page and the picture anew from this JSON
    #[arg(long)]
    from: Option<PathBuf>,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// offstage with more and more users
    Growth,
    /// redis-benchmark of the same commands
    Limit,
    /// How soon it serves, how soon a killed worker's tasks run again
    Single,
    /// A round with appendfsync always
    Always,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments = Arguments::parse();
    let sizes = if arguments.quick { Sizes::quick() } else { Sizes::full() };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if let Some(file) = &arguments.from {
        let text = std::fs::read_to_string(file).expect("the JSON can be read");
        let report = serde_json::from_str(&text).expect("it is a report");
        return write(&report, &folder_for(&report, arguments.to, root));
    }
    let folder = arguments.peers.clone().unwrap_or_else(|| built().join("../peers"));
    let folder = std::path::absolute(folder).expect("a path");
    let mut report = begin(&arguments, &sizes, &folder).await;
    let peers: Vec<_> = peers::ALL.iter().filter(|peer| is_tried(&report, peer.id)).collect();
    for round in 1..=report.rounds {
        measure_round(&mut report, round, Fsync::Everysec, &peers, &folder, &sizes).await;
    }
    if arguments.parts.contains(&Part::Always) {
        measure_round(&mut report, 1, Fsync::Always, &peers, &folder, &sizes).await;
    }
    if is_tried(&report, OURS) {
        measure_ours(&mut report, &arguments, &sizes).await;
    }
    write(&report, &folder_for(&report, arguments.to, root));
}

/// Only what lacks nothing comes into the tree, unless somebody says so.
fn folder_for(report: &Report, asked: Option<PathBuf>, tree: PathBuf) -> PathBuf {
    let lacks = report.lacks();
    if !lacks.is_empty() {
        println!("\nnot all was measured; there is no: {}", lacks.join(", "));
    }
    asked.unwrap_or_else(|| if lacks.is_empty() { tree } else { built().join("../compare") })
}

/// The folder of the programs, beside which this one lies.
fn built() -> PathBuf {
    let here = std::env::current_exe().expect("a program has a path");
    here.parent().and_then(Path::parent).expect("benches stand in target/<profile>/deps").to_owned()
}

async fn begin(arguments: &Arguments, sizes: &Sizes, folder: &Path) -> Report {
    let (redis, _) = ground::start(Fsync::Everysec).await;
    let micros = i64::try_from(ground::now_us(&redis)).expect("a time of this age");
    let at = chrono::DateTime::from_timestamp_micros(micros).expect("a time of this age");
    let asked = |id: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == id);
    let WorkerSettings { concurrency, lease_ms, .. } = WorkerSettings::default();
    let ours = System {
        id: OURS.to_owned(),
        name: format!("offstage {}", env!("CARGO_PKG_VERSION")),
        settings: format!("defaults: concurrency {concurrency}, lease {} s", lease_ms / 1_000),
        gives: "deletes a user; see above".to_owned(),
        comparable: true,
        skipped: (!asked(OURS)).then(|| NOT_ASKED_FOR.to_owned()),
    };
    let theirs = peers::ALL.iter().map(|peer| System {
        id: peer.id.to_owned(),
        name: peer.name.to_owned(),
        settings: peer.settings.to_owned(),
        gives: peer.gives.to_owned(),
        comparable: peer.keeps_jobs,
        skipped: if asked(peer.id) { peer.program(folder).err() } else { Some(NOT_ASKED_FOR.to_owned()) },
    });
    let systems: Vec<_> = std::iter::once(ours).chain(theirs).collect();
    for system in &systems {
        if let Some(reason) = &system.skipped {
            println!("SKIPPED {}: {reason}", system.name);
        }
    }
    let report = Report {
        at: at.format("%Y-%m-%d %H:%M UTC").to_string(),
        quick: arguments.quick,
        rounds: arguments.rounds.unwrap_or(sizes.rounds),
        window_s: sizes.window_s,
        machine: machine::look(),
        versions: machine::versions(&redis),
        systems,
        runs: Vec::new(),
        failures: Vec::new(),
        growth: Vec::new(),
        limit: None,
        single: Single::default(),
    };
    println!("{:?}\n{:?}", report.machine, report.versions);
    report
}

fn is_tried(report: &Report, id: &str) -> bool {
    report.systems.iter().any(|system| system.id == id && system.skipped.is_none())
}

/// Everybody once. Who begins changes with the round, so that nobody always runs on a machine that another one has heated.
async fn measure_round(
    report: &mut Report,
    round: u32,
    fsync: Fsync,
    peers: &[&Peer],
    folder: &Path,
    sizes: &Sizes,
) {
    let rates_only = fsync == Fsync::Always;
    let mut order: Vec<Option<&Peer>> = peers.iter().copied().map(Some).collect();
    if is_tried(report, OURS) {
        order.insert(0, None);
    }
    let begins = (round - 1) as usize * 3 % order.len().max(1);
    order.rotate_left(begins);
    for system in order {
        let (id, found) = match system {
            None => (OURS, Ok(ours::round(fsync, sizes, rates_only).await)),
            Some(peer) => (peer.id, beside::round(peer, folder, fsync, sizes, rates_only).await),
        };
        match found {
            Ok(figures) => {
                say(&format!("{} round {round} {id}", fsync.word()), &figures);
                report.runs.push(Run { fsync, round, system: id.to_owned(), figures });
                keep(report);
            }
            Err(reason) => {
                println!("FAILED {id} in round {round}: {reason}");
                report.failures.push(Failure { fsync, round, system: id.to_owned(), reason });
                keep(report);
            }
        }
    }
}

async fn measure_ours(report: &mut Report, arguments: &Arguments, sizes: &Sizes) {
    if arguments.parts.contains(&Part::Limit) {
        match limit::measure(sizes.traced, sizes.bare_requests).await {
            Ok(limit) => report.limit = Some(limit),
            Err(reason) => println!("SKIPPED the limit: {reason}"),
        }
    }
    if arguments.parts.contains(&Part::Single) {
        report.single = single::measure().await;
    }
    keep(report);
    if arguments.parts.contains(&Part::Growth) {
        for &(users, times) in &sizes.growth {
            for round in 1..=times {
                let grown = growth::measure(users, round).await;
                say(&format!("growth {users} round {round}"), &grown.figures);
                report.growth.push(grown);
                keep(report);
            }
        }
    }
}

/// What has been measured so far, in case that something ends it: `--from` makes a page of it.
fn keep(report: &Report) {
    let text = serde_json::to_string(report).expect("a report is JSON");
    std::fs::write(built().join("../compare.json"), text).expect("it can be written");
}

fn say(what: &str, figures: &Figures) {
    let all: Vec<_> = figures.iter().map(|(key, value)| format!("{key} {value:.2}")).collect();
    println!("{what}: {}", all.join(", "));
}

fn write(report: &Report, root: &Path) {
    let (json, plot, page) = (root.join(JSON), root.join(PLOT), root.join(PAGE));
    std::fs::create_dir_all(json.parent().expect("a folder")).expect("the folder can be made");
    let text = serde_json::to_string_pretty(report).expect("a report is JSON");
    std::fs::write(&json, text + "\n").expect("the JSON can be written");
    plot::draw(report, &plot).expect("the picture can be drawn");
    let text = page::render(report, PLOT);
    std::fs::write(&page, &text).expect("the page can be written");
    println!("\n{text}\nwritten: {}, {}, {}", page.display(), json.display(), plot.display());
}
