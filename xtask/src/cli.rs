//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::fuzz::FuzzArgs;
use crate::instance::{Name, Part};
use crate::replicas::Counts;
use crate::search_backend::SearchBackend;
use crate::test::{Step, Suite};
use crate::torture::TortureArgs;

/// Run, test and look after the Souk mesh.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Which copy of the mesh is meant; all may run side by side.
    #[arg(long, global = true, value_enum, default_value = "dev")]
    pub instance: Name,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The infrastructure alone: Postgres, RabbitMQ, Redis, and Elasticsearch when it is named.
    #[command(subcommand)]
    Infra(InfraCommand),
    /// Bring up the whole mesh: infrastructure, build, migrations, services, an admin.
    Up {
        /// Build and run optimized programs.
        #[arg(long)]
        release: bool,
        /// Leave it running until `down`; otherwise Ctrl-C stops it.
        #[arg(long)]
        detach: bool,
        /// Switch the gateway's rate limits off, for load tests.
        #[arg(long)]
        no_limits: bool,
        /// How many processes of a service; one of each that is not named. Services find each other's replicas.
        #[arg(long, value_name = "NAME=COUNT,...")]
        replicas: Option<Counts>,
        /// Put Traefik before the gateways: TLS, health checks, one address for all. It is fetched if it is missing.
        #[arg(long)]
        traefik: bool,
        /// Where search-svc keeps its index. Elasticsearch is fetched if it is missing, unless `ELASTICSEARCH_URL` names one.
        #[arg(
            long,
            value_enum,
            value_name = "BACKEND",
            env = "SEARCH_BACKEND",
            default_value = "embedded"
        )]
        search: SearchBackend,
    },
    /// Stop all services and the infrastructure; data stays.
    Down,
    /// One service of the running mesh, or one of its replicas.
    #[command(subcommand)]
    Service(ServiceCommand),
    /// Token signing keys and mesh keys; they rotate while the mesh runs.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Show the end of the logs.
    Logs {
        /// A service, a replica (`order-svc#2`), a part, `traefik` or `traefik-access`; all services if it is left out.
        service: Option<String>,
        /// Go on with what comes.
        #[arg(long, short)]
        follow: bool,
        /// How many lines of each log.
        #[arg(long, short = 'n', default_value_t = 20)]
        lines: usize,
    },
    /// Measure the mesh against limits that are taken in the same run; the test instance is used for it.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Messages that services of the running mesh could not handle.
    #[command(subcommand)]
    Parked(ParkedCommand),
    /// Jobs of search-svc in the running mesh: rebuild its index, or compare the index with its source.
    #[command(subcommand)]
    Search(SearchCommand),
    /// The story of an order across all services, and what is missing of it. The exit code is 1 while something is.
    Trace {
        /// Its id, its number, or the id of a request that placed it or moved it on.
        order: String,
    },
    /// Recompute all invariants of the running mesh from its databases. The exit code says whether they hold: 1 when
    /// one does not, 2 when it cannot be told.
    Audit(AuditArgs),
    /// Check that modules and packages use only what they may.
    Layers,
    /// Send made-up requests to the running mesh, and hold its answers against its API document.
    Fuzz(FuzzArgs),
    /// Break a fresh mesh of its own by a seeded schedule of customers, shops and faults, and check all books afterwards.
    ///
    /// Each run takes about a quarter of a minute. One that fails tells what does not hold, its schedule, and how to
    /// repeat it: the same seed is the same schedule.
    Torture(TortureArgs),
    /// Run every check and test on a fresh mesh of its own.
    Test {
        /// Run some steps only.
        #[arg(long, value_enum, value_name = "STEP")]
        only: Vec<Step>,
        /// Run these suites as well, after the steps. They take long or need what not every machine has, so each is run
        /// only when it is named.
        #[arg(long, value_enum, value_name = "SUITE", value_delimiter = ',')]
        with: Vec<Suite>,
    },
}

/// How to look at the invariants.
#[derive(Clone, Copy, Debug, Args)]
pub struct AuditArgs {
    /// For so many seconds, what is wrong may be on its way: only what was wrong all the time counts.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub patience: u32,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// What can be measured. The exit code says whether the budgets hold.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// The gateway against nginx, logins against Argon2id alone, the gateway's memory.
    Gateway(Pace),
    /// Orders through the gateway against Postgres alone, how far their effects lag, and what an order costs whom.
    Checkout(CheckoutArgs),
    /// The relay of an outbox against confirms alone, a consumer against transactions alone.
    Events(EventsArgs),
    /// Answers and memory with many orders beside few. The data of the test instance are removed before and afterwards.
    Growth(GrowthArgs),
    /// Searches among few and many products in the embedded index, and in Elasticsearch with and without search-svc. The
    /// data of the test instance are removed before and afterwards.
    Search(SearchBenchArgs),
}

/// How search is measured.
#[derive(Clone, Copy, Debug, Args)]
pub struct SearchBenchArgs {
    /// Products at first.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1000..=100_000))]
    pub few: u32,
    /// Products afterwards. A million of them take some six gigabytes of disk.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(2000..=5_000_000))]
    pub products: u32,
    /// Seconds of each single measurement.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub seconds: u32,
    /// Changes whose way into the index is measured.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub changes: u32,
    /// Different queries that are sent to Elasticsearch.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(10..=20_000))]
    pub queries: u32,
    /// Leave Elasticsearch out, and with it the ratios to it.
    #[arg(long)]
    pub without_elasticsearch: bool,
}

/// How growth is measured.
#[derive(Clone, Copy, Debug, Args)]
pub struct GrowthArgs {
    /// Orders at first.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1000..=100_000))]
    pub few: u64,
    /// Orders afterwards. A million of them take minutes, and some ten gigabytes of disk.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(2000..=2_000_000))]
    pub many: u64,
    /// How often each is taken among few and among many; medians count.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rounds: u32,
}

/// How events are measured.
#[derive(Clone, Copy, Debug, Args)]
pub struct EventsArgs {
    /// How many go through in each single measurement.
    #[arg(long, default_value_t = 30_000, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1000..=1_000_000))]
    pub events: usize,
    /// How often each is taken, in turn with its limit; medians count.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rounds: u32,
}

/// How orders are measured.
#[derive(Clone, Copy, Debug, Args)]
pub struct CheckoutArgs {
    /// How long, and how often.
    #[command(flatten)]
    pub pace: Pace,
    /// Customers with a full cart each; a measurement ends early when all of them have ordered.
    #[arg(long, default_value_t = 2000, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(100..=100_000))]
    pub customers: usize,
}

/// How long a benchmark measures.
#[derive(Clone, Copy, Debug, Args)]
pub struct Pace {
    /// Seconds of each single measurement.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub seconds: u32,
    /// How often each is taken, in turn with its limit; medians count.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rounds: u32,
}

/// What can be done with a service. `order` is short for `order-svc` and means all its replicas, `order#2` is one of
/// them, `traefik` is what stands before the gateways.
#[derive(Debug, Subcommand)]
pub enum ServiceCommand {
    /// Start it with the same environment as before.
    Start {
        /// Which one.
        name: String,
    },
    /// Stop it in good order.
    Stop {
        /// Which one.
        name: String,
    },
    /// Kill it without warning.
    Kill {
        /// Which one.
        name: String,
    },
    /// Stop and start it.
    Restart {
        /// Which one.
        name: String,
    },
}

/// What can be done with parked messages; every decision is audited.
#[derive(Debug, Subcommand)]
pub enum ParkedCommand {
    /// List them, newest first.
    List {
        /// Of this queue only, as `search-svc.catalogue`.
        #[arg(long)]
        queue: Option<String>,
        /// Of this event type only, as `product.updated`.
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<String>,
        /// Of one kind of failure only.
        #[arg(long, value_parser = PARKED_CAUSES)]
        cause: Option<String>,
        /// `parked` are those that wait for a decision.
        #[arg(long, default_value = "parked", value_parser = ["parked", "replaying", "replayed", "dropped", "all"])]
        state: String,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show one with what it says and what was decided about it.
    Show {
        /// Which one.
        id: String,
    },
    /// Send to the queue that it came from, and to no other.
    Replay(Decision),
    /// Give up.
    Drop(Decision),
    /// List the event types that queues wait for, because only a newer build knows them.
    Types,
    /// Park an event type of a queue that waits for it, so that the queue goes on without the newer build.
    ParkType {
        /// The queue, as `search-svc.catalogue`.
        #[arg(long)]
        queue: String,
        /// The event type, as `product.archived`.
        #[arg(long = "type", value_name = "TYPE")]
        kind: String,
    },
}

/// What can be done with the search index.
#[derive(Debug, Subcommand)]
pub enum SearchCommand {
    /// Build a new index while the old one answers, then switch over.
    Rebuild {
        /// Where the documents come from.
        #[arg(long, value_enum, default_value = "own")]
        source: SearchSource,
        /// Show the progress until the job ends. The exit code is 1 if it fails.
        #[arg(long)]
        wait: bool,
    },
    /// List what the index lacks, has too much, or has in an old version. The exit code is 1 if there is anything.
    Drift {
        /// What the index is compared with.
        #[arg(long, value_enum, default_value = "own")]
        source: SearchSource,
    },
}

/// Where documents of the search index come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchSource {
    /// The rows of search-svc itself.
    Own,
    /// The services that own the data: product-svc and shop-svc.
    Services,
}

impl SearchSource {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            SearchSource::Own => "own",
            SearchSource::Services => "services",
        }
    }
}

/// One parked message, or all that wait of a queue.
#[derive(Debug, Args)]
pub struct Decision {
    /// Which one.
    #[arg(required_unless_present = "queue")]
    pub id: Option<String>,
    /// All that wait of this queue.
    #[arg(long, conflicts_with = "id")]
    pub queue: Option<String>,
    /// Of these only what one kind of failure parked.
    #[arg(long, requires = "queue", value_parser = PARKED_CAUSES)]
    pub cause: Option<String>,
}

/// The kinds of failure by which a message is parked.
const PARKED_CAUSES: [&str; 5] = [
    "unreadable",
    "refused",
    "failed",
    "unknown_type",
    "delivery_limit",
];

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Show them without their secrets: which one signs, since when, and which are still accepted.
    List,
    /// Make the next ones. All processes accept them at once and sign with them a while later.
    Rotate {
        /// One kind only; both if it is left out.
        #[arg(long, value_enum)]
        only: Option<KeyKind>,
        /// Seconds until they sign; five minutes if it is left out.
        #[arg(long, value_name = "SECONDS")]
        after: Option<u64>,
        /// Only if the newest key is older than this.
        #[arg(long, value_name = "DAYS")]
        if_older_than: Option<u16>,
    },
}

/// What keys are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyKind {
    /// Access tokens.
    Signing,
    /// Requests inside the mesh.
    Mesh,
}

impl KeyKind {
    /// The name that the gateway knows it by.
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::Signing => "signing",
            KeyKind::Mesh => "mesh",
        }
    }
}

/// What can be done with the infrastructure.
#[derive(Debug, Subcommand)]
pub enum InfraCommand {
    /// Install what is missing and start private instances, without Elasticsearch; what is up is reused.
    Up,
    /// Stop the private instances; their data stays.
    Down,
    /// Say what is up, where.
    Status,
    /// Start one part, installed if it is missing.
    Start {
        /// Which one.
        part: Part,
    },
    /// Stop one part in good order.
    Stop {
        /// Which one.
        part: Part,
    },
    /// Kill one part without warning.
    Kill {
        /// Which one.
        part: Part,
    },
}
