//! The services of the mesh, in the order in which they are shown.

use anyhow::{Context, Result};

/// One service.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// Its package and program.
    pub name: &'static str,
    /// The port of its first replica in the dev instance.
    pub port: u16,
    /// The variable under which others find it.
    pub url_variable: Option<&'static str>,
}

impl Service {
    /// The name of its database and of the role that may use it.
    pub fn database(&self) -> Option<String> {
        self.url_variable.map(|_| self.name.replace('-', "_"))
    }
}

/// The role that owns every schema and runs migrations.
pub const OWNER_ROLE: &str = "souk_owner";

/// All of them; only the gateway has no database.
pub const SERVICES: &[Service] = &[
    Service {
        name: "user-svc",
        port: 8101,
        url_variable: Some("USER_SVC_URL"),
    },
    Service {
        name: "shop-svc",
        port: 8102,
        url_variable: Some("SHOP_SVC_URL"),
    },
    Service {
        name: "product-svc",
        port: 8103,
        url_variable: Some("PRODUCT_SVC_URL"),
    },
    Service {
        name: "cart-svc",
        port: 8104,
        url_variable: Some("CART_SVC_URL"),
    },
    Service {
        name: "order-svc",
        port: 8105,
        url_variable: Some("ORDER_SVC_URL"),
    },
    Service {
        name: "wishlist-svc",
        port: 8106,
        url_variable: Some("WISHLIST_SVC_URL"),
    },
    Service {
        name: "search-svc",
        port: 8107,
        url_variable: Some("SEARCH_SVC_URL"),
    },
    Service {
        name: "analytics-svc",
        port: 8108,
        url_variable: Some("ANALYTICS_SVC_URL"),
    },
    Service {
        name: "gateway",
        port: 8080,
        url_variable: None,
    },
];

/// What stands before the gateways, if it is asked for. Its port is the one for health and metrics.
pub const TRAEFIK: Service = Service {
    name: "traefik",
    port: 8089,
    url_variable: None,
};

/// Find a service by name; `order` will do for `order-svc`.
pub fn by_name(name: &str) -> Result<&'static Service> {
    SERVICES
        .iter()
        .find(|service| service.name == name || service.name.strip_suffix("-svc") == Some(name))
        .with_context(|| {
            let names: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
            format!("There is no service `{name}`; there are {}", names.join(", "))
        })
}

/// Every database, which is also the name of its role.
pub fn databases() -> Vec<String> {
    SERVICES.iter().filter_map(Service::database).collect()
}

/// Every role that needs a password.
pub fn roles() -> Vec<String> {
    let mut roles = databases();
    roles.push(OWNER_ROLE.to_owned());
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_found_by_its_short_name() {
        assert_eq!(by_name("order").unwrap().name, "order-svc");
        assert_eq!(by_name("gateway").unwrap().port, 8080);
        assert!(
            by_name("nobody")
                .unwrap_err()
                .to_string()
                .contains("analytics-svc")
        );
    }

    #[test]
    fn the_gateway_has_no_database() {
        assert_eq!(databases().len(), 8);
        assert!(roles().contains(&"souk_owner".to_owned()));
    }
}
