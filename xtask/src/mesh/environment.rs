//! The environment of each service.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::infra::{Infra, databases};
use crate::instance::{Instance, Name};
use crate::mesh::{Options, detour, keys};
use crate::replicas::Replica;
use crate::search_backend::SearchBackend;
use crate::secrets::Secrets;
use crate::services::{SERVICES, Service};

/// Settings that services take over from whoever calls xtask.
const PASSED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "CORS_CREDENTIALS",
    "CORS_ORIGINS",
    "DB_LOCK_TIMEOUT_MS",
    "DB_LONG_STATEMENT_TIMEOUT_MS",
    "DB_POOL_SIZE",
    "DB_STATEMENT_TIMEOUT_MS",
    "DEFAULT_CURRENCY",
    "EVENT_NAMESPACE",
    "EVENT_RETENTION_DAYS",
    "LOG_FORMAT",
    "OWNERS_MAY_BUY",
    "RESERVATION_TTL",
    "RUST_BACKTRACE",
    "RUST_LOG",
    "TRUSTED_PROXIES",
    "WORKERS",
];

/// How user-svc sends mails; what tests write to made-up people goes nowhere.
const MAIL: [&str; 3] = ["MAIL_URL", "MAIL_FROM", "STOREFRONT_URL"];
/// Where pictures are kept if not in the instance's directory; for the service that keeps them only.
const BUCKET: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "MEDIA_URL",
];

/// How search-svc uses an Elasticsearch of the operator's own.
const ELASTICSEARCH: &[&str] = &[
    "ELASTICSEARCH_INDEX",
    "ELASTICSEARCH_PASSWORD",
    "ELASTICSEARCH_USER",
];

/// Everything a replica of a service is told.
pub fn of(
    instance: &Instance,
    replica: Replica,
    infra: &Infra,
    secrets: &Secrets,
    options: &Options,
) -> Result<BTreeMap<String, String>> {
    let service = replica.service;
    let mut env: BTreeMap<String, String> = PASSED_ON.iter().filter_map(passed_on).collect();
    if instance.name == Name::Test {
        // What a crash leaves reserved comes back while a test still looks.
        env.entry("RESERVATION_TTL".to_owned())
            .or_insert_with(|| "10".to_owned());
    }
    let mut set = |name: &str, value: String| env.insert(name.to_owned(), value);

    set("LISTEN_ADDR", format!("127.0.0.1:{}", replica.port(instance)));
    set("AMQP_URL", infra.amqp_url.clone());
    set("MESH_KEYS_FILE", keys::path(instance).display().to_string());
    for other in SERVICES {
        if let Some(variable) = other.url_variable {
            let urls: Vec<String> = options.replicas.of(other).map(|one| one.url(instance)).collect();
            set(variable, urls.join(","));
        }
    }
    if let Some(database) = service.database() {
        set(
            "DATABASE_URL",
            databases::service_url(&infra.postgres_url, secrets, &database)?,
        );
    }
    match service.name {
        "gateway" => {
            set("REDIS_URL", infra.redis_url.clone());
            set(
                "SIGNING_KEYS_DIR",
                instance.dir.join("signing-keys").display().to_string(),
            );
            set(
                "RATE_LIMITS",
                if options.limits { "on" } else { "off" }.to_owned(),
            );
            if options.traefik {
                // Traefik, and nobody else: a gateway's own port is for this machine only.
                set("TRUSTED_PROXIES", "127.0.0.1".to_owned());
            }
        }
        "user-svc" => env.extend(user_settings(instance)),
        "analytics-svc" => {
            set("PSEUDONYM_KEYS", secrets.pseudonym_keys.clone());
        }
        "search-svc" => env.extend(search_settings(instance, infra, options.search)?),
        _ => {}
    }
    detour::lead(instance, replica, &mut env)?;
    Ok(env)
}

fn user_settings(instance: &Instance) -> BTreeMap<String, String> {
    let dir = |name| instance.dir.join(name).display().to_string();
    let mut settings = BTreeMap::from([
        ("MAIL_DIR".to_owned(), dir("mails")),
        ("MEDIA_DIR".to_owned(), dir("media")),
    ]);
    let real = MAIL.iter().filter(|_| instance.name == Name::Dev);
    settings.extend(real.chain(BUCKET).filter_map(passed_on));
    settings
}

/// A setting that xtask was called with.
fn passed_on(name: &&str) -> Option<(String, String)> {
    Some(((*name).to_owned(), std::env::var(name).ok()?))
}

fn search_settings(
    instance: &Instance,
    infra: &Infra,
    backend: SearchBackend,
) -> Result<BTreeMap<String, String>> {
    let mut settings = BTreeMap::from([("SEARCH_BACKEND".to_owned(), backend.name().to_owned())]);
    let mut set = |name: &str, value: String| settings.insert(name.to_owned(), value);
    match backend {
        SearchBackend::Embedded => {
            let dir = instance.dir.join("search-index");
            set("SEARCH_INDEX_DIR", dir.display().to_string());
        }
        SearchBackend::Elasticsearch => {
            let url = infra.elasticsearch_url.clone();
            set("ELASTICSEARCH_URL", url.context("Elasticsearch was not started")?);
            let own = ELASTICSEARCH.iter().filter(|_| instance.name == Name::Dev);
            settings.extend(own.filter_map(passed_on));
        }
    }
    Ok(settings)
}

/// The environment of `<service> migrate`, which alone knows the owner's password.
pub fn for_migration(
    service: &Service,
    env: &BTreeMap<String, String>,
    infra: &Infra,
    secrets: &Secrets,
) -> Result<BTreeMap<String, String>> {
    let mut env = env.clone();
    if let Some(database) = service.database() {
        let owner = databases::owner_url(&infra.postgres_url, secrets, &database)?;
        env.insert("MIGRATION_DATABASE_URL".to_owned(), owner);
    }
    Ok(env)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::roles;

    fn env_of(name: &str) -> BTreeMap<String, String> {
        env_among(name, &Options::default())
    }

    fn env_among(name: &str, options: &Options) -> BTreeMap<String, String> {
        let dir = std::env::temp_dir().join(format!("souk-env-{}-{name}", std::process::id()));
        let instance = Instance {
            name: Name::Test,
            checkout: dir.clone(),
            dir: dir.clone(),
        };
        let infra = Infra {
            postgres_url: "postgres://postgres:p@127.0.0.1:1/souk_test".to_owned(),
            amqp_url: "amqp://a".to_owned(),
            redis_url: "redis://r".to_owned(),
            elasticsearch_url: Some("http://e".to_owned()),
        };
        let secrets = Secrets::open(&instance, &roles()).unwrap();
        let replica = Replica::named(name).unwrap();
        let env = of(&instance, replica, &infra, &secrets, options).unwrap();
        std::fs::remove_dir_all(dir).unwrap();
        env
    }

    #[test]
    fn a_service_knows_its_own_database_only() {
        let env = env_of("cart-svc");

        assert!(env["DATABASE_URL"].starts_with("postgres://cart_svc:"));
        assert!(env["DATABASE_URL"].ends_with("/cart_svc"));
        assert_eq!(env["ORDER_SVC_URL"], "http://127.0.0.1:18105");
        assert!(!env.contains_key("REDIS_URL"));
        assert!(!env.values().any(|value| value.contains("souk_owner")));
    }

    #[test]
    fn only_analytics_knows_the_keys_of_pseudonyms() {
        assert!(!env_of("analytics-svc")["PSEUDONYM_KEYS"].is_empty());
        assert!(!env_of("order-svc").contains_key("PSEUDONYM_KEYS"));
    }

    #[test]
    fn mails_of_tests_stay_in_a_directory() {
        let env = env_of("user-svc");

        assert!(env["MAIL_DIR"].ends_with("/mails"));
        assert!(!env.contains_key("MAIL_URL"));
    }

    #[test]
    fn only_search_has_the_backend_and_what_that_one_needs() {
        let elasticsearch = Options {
            search: SearchBackend::Elasticsearch,
            replicas: "search-svc=2".parse().unwrap(),
            ..Options::default()
        };

        let embedded = env_of("search-svc");
        let second = env_among("search-svc#2", &elasticsearch);
        let other = env_among("order-svc", &elasticsearch);

        assert_eq!(embedded["SEARCH_BACKEND"], "embedded");
        assert!(embedded["SEARCH_INDEX_DIR"].ends_with("/search-index"));
        assert!(!embedded.contains_key("ELASTICSEARCH_URL"));
        assert_eq!(second["SEARCH_BACKEND"], "elasticsearch");
        assert_eq!(second["ELASTICSEARCH_URL"], "http://e");
        assert!(!second.contains_key("SEARCH_INDEX_DIR"));
        assert!(!other.contains_key("SEARCH_BACKEND") && !other.contains_key("ELASTICSEARCH_URL"));
    }

    #[test]
    fn the_gateway_has_redis_and_no_database() {
        let env = env_of("gateway");

        assert_eq!(env["REDIS_URL"], "redis://r");
        assert_eq!(env["LISTEN_ADDR"], "127.0.0.1:18080");
        assert!(!env.contains_key("DATABASE_URL") && !env.contains_key("TRUSTED_PROXIES"));
    }

    #[test]
    fn every_replica_is_told_of_all_others() {
        let options = Options {
            replicas: "gateway=2,order-svc=2".parse().unwrap(),
            traefik: true,
            ..Options::default()
        };

        let gateway = env_among("gateway#2", &options);
        let order_svc = env_among("order-svc#2", &options);

        assert_eq!(gateway["LISTEN_ADDR"], "127.0.0.1:18100");
        assert_eq!(
            gateway["ORDER_SVC_URL"],
            "http://127.0.0.1:18105,http://127.0.0.1:18125"
        );
        assert_eq!(gateway["CART_SVC_URL"], "http://127.0.0.1:18104");
        assert_eq!(gateway["TRUSTED_PROXIES"], "127.0.0.1");
        assert_eq!(order_svc["LISTEN_ADDR"], "127.0.0.1:18125");
        assert!(!order_svc.contains_key("TRUSTED_PROXIES"));
    }
}
