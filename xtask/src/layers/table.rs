//! Who may use whom.

/// The rooms of a service, and what each may use besides itself. `error` is what `Result` stands for.
const MODULES: &[(&str, &[&str])] = &[
    (
        "routes",
        &[
            "flows", "ops", "store", "index", "clients", "domain", "state", "error",
        ],
    ),
    ("flows", &["ops", "store", "index", "clients", "domain", "error"]),
    ("consumers", &["ops", "domain", "error"]),
    ("ops", &["domain", "store", "index", "events", "error"]),
    ("store", &["domain", "error"]),
    ("index", &["domain", "error"]),
    ("events", &["domain", "error"]),
    ("error", &["domain", "clients"]),
    ("clients", &["domain"]),
    ("state", &["clients", "index"]),
    ("domain", &[]),
    ("config", &[]),
];

/// These see everything.
const TOP: &[&str] = &["app", "main", "lib"];

/// The libs, and which other libs each may use.
const LIBS: &[(&str, &[&str])] = &[
    ("address", &[]),
    ("contracts", &[]),
    ("email", &[]),
    ("env", &[]),
    ("telemetry", &[]),
    ("db", &[]),
    ("bus", &["contracts"]),
    ("outbox", &["contracts", "bus", "db", "telemetry"]),
    ("http", &["telemetry"]),
    ("auth", &["http", "telemetry"]),
    ("clients", &["auth", "contracts", "email", "http", "telemetry"]),
    ("mirror", &["clients", "contracts", "db"]),
    (
        "service",
        &[
            "auth",
            "bus",
            "clients",
            "contracts",
            "db",
            "env",
            "http",
            "outbox",
            "telemetry",
        ],
    ),
];

/// Whether code in one module of a service may use another module of it.
pub fn module_may_use(from: &str, to: &str) -> bool {
    if from == to || TOP.contains(&from) {
        return true;
    }
    match MODULES.iter().find(|(name, _)| *name == from) {
        Some((_, allowed)) => allowed.contains(&to) || !is_known(to),
        // A room of a service's own may not reach back up to the doors.
        None => !TOP.contains(&to) && !["routes", "consumers"].contains(&to),
    }
}

/// Whether a package may depend on another one of the workspace.
pub fn package_may_use(from: &str, to: &str, dev: bool) -> bool {
    let Some(to_lib) = to.strip_prefix("souk-") else {
        return false;
    };
    if to_lib == "testkit" {
        return dev || from == "e2e";
    }
    match from.strip_prefix("souk-") {
        Some("testkit") | None => true,
        Some(from_lib) => LIBS
            .iter()
            .any(|(name, allowed)| *name == from_lib && allowed.contains(&to_lib)),
    }
}

fn is_known(module: &str) -> bool {
    TOP.contains(&module) || MODULES.iter().any(|(name, _)| *name == module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_point_down() {
        assert!(module_may_use("routes", "ops"));
        assert!(module_may_use("app", "consumers"));
        assert!(!module_may_use("ops", "routes"));
        assert!(!module_may_use("ops", "clients"));
        assert!(!module_may_use("consumers", "store"));
        assert!(!module_may_use("domain", "error"));
        assert!(!module_may_use("proxy", "routes"));
        assert!(module_may_use("routes", "proxy"));
    }

    #[test]
    fn a_service_never_depends_on_a_service() {
        assert!(package_may_use("cart-svc", "souk-clients", false));
        assert!(!package_may_use("cart-svc", "order-svc", false));
        assert!(!package_may_use("cart-svc", "order-svc", true));
        assert!(!package_may_use("souk-http", "souk-db", false));
        assert!(!package_may_use("cart-svc", "souk-testkit", false));
        assert!(package_may_use("cart-svc", "souk-testkit", true));
    }
}
