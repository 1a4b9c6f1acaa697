//! How many processes of each service there are, and what each of them is called.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};

use crate::instance::Instance;
use crate::search_backend::SearchBackend;
use crate::services::{SERVICES, Service, TRAEFIK, by_name};

/// Ports of replicas lie this far apart: no service has a port between another one's.
const STEP: u16 = 20;
/// With more, ports would meet those of others.
const MOST: u16 = 9;

/// One process of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replica {
    /// What it is a process of.
    pub service: &'static Service,
    /// From 1; the first one has the documented port.
    pub number: u16,
}

impl Replica {
    /// The one that is always there.
    pub const fn first(service: &'static Service) -> Self {
        Self { service, number: 1 }
    }

    /// The replica that is called so in logs, records and marks.
    pub fn named(name: &str) -> Option<Self> {
        let (name, number) = match name.split_once('#') {
            Some((name, number)) => (name, number.parse().ok()?),
            None => (name, 1),
        };
        let service = SERVICES
            .iter()
            .chain([&TRAEFIK])
            .find(|service| service.name == name)?;
        Some(Self { service, number })
    }

    /// The number is told only where there may be doubt: `order-svc`, `order-svc#2`.
    pub fn name(self) -> String {
        self.to_string()
    }

    /// Where it listens.
    pub fn port(self, instance: &Instance) -> u16 {
        let above = self.number.saturating_sub(1).saturating_mul(STEP);
        instance.port(self.service.port.saturating_add(above))
    }

    /// Where others reach it.
    pub fn url(self, instance: &Instance) -> String {
        let host = if self.service.name == "gateway" {
            "localhost"
        } else {
            "127.0.0.1"
        };
        format!("http://{host}:{}", self.port(instance))
    }

    /// Its place when all are shown.
    pub fn rank(self) -> (usize, u16) {
        let place = SERVICES.iter().position(|service| service == self.service);
        (place.unwrap_or(SERVICES.len()), self.number)
    }
}

impl fmt::Display for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            1 => f.write_str(self.service.name),
            number => write!(f, "{}#{number}", self.service.name),
        }
    }
}

/// How many replicas are wanted; one of each service that is not named.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<&'static str, u16>);

impl Counts {
    /// Those of one service.
    pub fn of(&self, service: &'static Service) -> impl Iterator<Item = Replica> + use<> {
        let count = self.0.get(service.name).copied().unwrap_or(1);
        (1..=count).map(move |number| Replica { service, number })
    }

    /// Those of all services.
    pub fn all(&self) -> Vec<Replica> {
        SERVICES.iter().flat_map(|service| self.of(service)).collect()
    }

    /// Refuses replicas of search-svc that would share an embedded index.
    pub fn must_suit(&self, search: SearchBackend) -> Result<()> {
        let count = self.0.get("search-svc").copied().unwrap_or(1);
        ensure!(
            count == 1 || search == SearchBackend::Elasticsearch,
            "search-svc can have one process with the embedded index: only one process may write its directory. \
             With --search elasticsearch it can have replicas"
        );
        Ok(())
    }

    /// Whether some service has more than one.
    pub fn is_many(&self) -> bool {
        self.0.values().any(|count| *count > 1)
    }
}

impl FromStr for Counts {
    type Err = anyhow::Error;

    /// Reads `gateway=2,order-svc=2`.
    fn from_str(text: &str) -> Result<Self> {
        let mut counts = BTreeMap::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (name, count) = part
                .split_once('=')
                .with_context(|| format!("`{part}` is not of the form name=count"))?;
            let service = by_name(name)?;
            let count = count
                .parse()
                .ok()
                .filter(|count| (1..=MOST).contains(count))
                .with_context(|| format!("{name} may have 1 to {MOST} replicas, not `{count}`"))?;
            ensure!(
                counts.insert(service.name, count).is_none(),
                "{name} is named twice"
            );
        }
        Ok(Self(counts))
    }
}

/// What a name on the command line means among the replicas that are known: `order` and `order-svc` are all of that
/// service, `order-svc#2` is one.
pub fn chosen(known: &[Replica], name: &str) -> Result<Vec<Replica>> {
    let (base, number) = match name.split_once('#') {
        Some((base, number)) => {
            let number: u16 = number
                .parse()
                .ok()
                .with_context(|| format!("`{name}`: a replica is named by its number, as order-svc#2"))?;
            (base, Some(number))
        }
        None => (name, None),
    };
    let service = if base == TRAEFIK.name {
        &TRAEFIK
    } else {
        by_name(base)?
    };
    let all: Vec<Replica> = known
        .iter()
        .copied()
        .filter(|replica| replica.service == service)
        .collect();
    match number {
        None if all.is_empty() => Ok(vec![Replica::first(service)]),
        None => Ok(all),
        Some(number) => {
            let one = Replica { service, number };
            ensure!(
                number == 1 || all.contains(&one),
                "There is no {one}; {} has {} replicas",
                service.name,
                all.len()
            );
            Ok(vec![one])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Name;

    fn replica(name: &str) -> Replica {
        Replica::named(name).unwrap()
    }

    fn names(replicas: &[Replica]) -> Vec<String> {
        replicas.iter().map(|replica| replica.name()).collect()
    }

    #[test]
    fn no_two_replicas_share_a_port() {
        let instance = Instance {
            name: Name::Test,
            checkout: "/x".into(),
            dir: "/x/.souk/test".into(),
        };
        assert_eq!(replica("order-svc").url(&instance), "http://127.0.0.1:18105");
        assert_eq!(replica("order-svc#2").url(&instance), "http://127.0.0.1:18125");
        assert_eq!(replica("gateway#2").url(&instance), "http://localhost:18100");

        let all = SERVICES
            .iter()
            .flat_map(|service| (1..=MOST).map(|number| Replica { service, number }.port(&instance)));
        let mut ports: Vec<u16> = all.chain(crate::traefik::ports(&instance)).collect();
        let before = ports.len();
        ports.sort_unstable();
        ports.dedup();

        assert_eq!(ports.len(), before);
    }

    #[test]
    fn counts_are_read_and_the_rest_is_one() {
        let counts: Counts = "gateway=2,order=3".parse().unwrap();

        let all = names(&counts.all());
        assert_eq!(all.len(), SERVICES.len() + 3);
        assert!(all.contains(&"order-svc#3".to_owned()) && all.contains(&"gateway#2".to_owned()));
        assert!(counts.is_many() && !Counts::default().is_many());
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_reason() {
        let reason = |text: &str| text.parse::<Counts>().unwrap_err().to_string();

        assert!(reason("gateway").contains("name=count"));
        assert!(reason("gateway=0").contains("1 to 9"));
        assert!(reason("gateway=10").contains("1 to 9"));
        assert!(reason("nobody=2").contains("no service"));
        assert!(reason("traefik=2").contains("no service"));
        assert!(reason("order=2,order-svc=2").contains("twice"));
    }

    #[test]
    fn an_embedded_index_is_for_one_process() {
        let two: Counts = "search-svc=2".parse().unwrap();
        let one: Counts = "search-svc=1,order-svc=2".parse().unwrap();

        let reason = two.must_suit(SearchBackend::Embedded).unwrap_err().to_string();
        assert!(reason.contains("--search elasticsearch"), "{reason}");
        assert!(two.must_suit(SearchBackend::Elasticsearch).is_ok());
        assert!(one.must_suit(SearchBackend::Embedded).is_ok());
    }

    #[test]
    fn a_name_means_all_of_a_service_and_a_number_one() {
        let known = ["cart-svc", "order-svc", "order-svc#2"].map(replica);

        assert_eq!(
            names(&chosen(&known, "order").unwrap()),
            ["order-svc", "order-svc#2"]
        );
        assert_eq!(names(&chosen(&known, "order#2").unwrap()), ["order-svc#2"]);
        assert_eq!(names(&chosen(&known, "order-svc#1").unwrap()), ["order-svc"]);
        assert_eq!(names(&chosen(&known, "gateway").unwrap()), ["gateway"]);
        assert_eq!(names(&chosen(&known, "traefik").unwrap()), ["traefik"]);
        let reason = chosen(&known, "order-svc#3").unwrap_err().to_string();
        assert!(reason.contains("no order-svc#3"), "{reason}");
    }
}
