//! Which limits hold for which path: the one table.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::HeaderValue;

use super::quota::Quota;
use super::settings::{LimitSettings, Switch};

/// One quota under its name.
#[derive(Debug)]
pub struct Policy {
    /// The name that clients and Redis see.
    pub name: &'static str,
    /// How much.
    pub quota: Quota,
    pub(super) limit_field: HeaderValue,
    pub(super) policy_field: HeaderValue,
}

impl Policy {
    fn new(name: &'static str, quota: Quota) -> Arc<Self> {
        let policy = format!("\"{name}\";q={};w={}", quota.limit, quota.window.as_secs());
        Arc::new(Self {
            name,
            quota,
            limit_field: HeaderValue::from(quota.limit),
            // Names are letters and hyphens.
            policy_field: HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("")),
        })
    }
}

/// Limits that are asked of Redis before anything else is done: guessing and flooding are expensive to us or
/// to others.
#[derive(Debug, Default)]
pub struct Strict {
    pub(super) address: Option<Arc<Policy>>,
    pub(super) client: Option<Arc<Policy>>,
    pub(super) account: Option<Arc<Policy>>,
    /// Whether an address that knew the password is remembered.
    pub remembers: bool,
}

/// Limits that are counted here and settled with Redis from time to time.
#[derive(Debug, Default)]
pub struct Counted {
    pub(super) address: Option<Arc<Policy>>,
    pub(super) user: Option<Arc<Policy>>,
}

/// What holds for a request.
#[derive(Debug)]
pub enum Rule<'a> {
    /// Nothing.
    Free,
    /// Counted by address and user.
    Counted(&'a Counted),
    /// Asked before.
    Strict(&'a Strict),
}

/// All limits.
#[derive(Debug)]
pub struct Rules {
    off: bool,
    read: Counted,
    tracking: Counted,
    write: Counted,
    login: Strict,
    register: Strict,
    mail: Strict,
    confirm: Strict,
    refresh: Strict,
}

impl Rules {
    /// The rules of these settings.
    pub fn new(settings: &LimitSettings) -> Self {
        let policy = |name, quota: Option<Quota>| quota.map(|quota| Policy::new(name, quota));
        let strict = |address, account| Strict {
            address,
            account,
            ..Strict::default()
        };
        Self {
            off: settings.rate_limits == Switch::Off,
            read: Counted {
                address: policy("read-address", settings.limit_read_address),
                user: policy("read-user", settings.limit_read_user),
            },
            // A number and an address can be guessed; nobody has more parcels than this.
            tracking: Counted {
                address: policy("tracking-address", settings.limit_tracking_address),
                user: policy("read-user", settings.limit_read_user),
            },
            write: Counted {
                address: policy("write-address", settings.limit_write_address),
                user: policy("write-user", settings.limit_write_user),
            },
            login: Strict {
                address: policy("login-address", settings.limit_login_address),
                client: policy("login-client", settings.limit_login_client),
                account: policy("login-account", settings.limit_login_account),
                remembers: true,
            },
            register: strict(
                policy("register-address", settings.limit_register_address),
                policy("register-account", settings.limit_register_account),
            ),
            mail: strict(
                policy("mail-address", settings.limit_mail_address),
                policy("mail-account", settings.limit_mail_account),
            ),
            confirm: strict(policy("confirm-address", settings.limit_confirm_address), None),
            refresh: strict(policy("refresh-address", settings.limit_refresh_address), None),
        }
    }

    /// What holds for a method and a path in normal form.
    pub fn of(&self, method: &Method, path: &str) -> Rule<'_> {
        if self.off || matches!(path, "/health/live" | "/health/ready" | "/metrics") {
            return Rule::Free;
        }
        if matches!(*method, Method::GET | Method::HEAD) && path.starts_with("/api/v1/tracking/") {
            return Rule::Counted(&self.tracking);
        }
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return Rule::Counted(&self.read);
        }
        match path.strip_prefix("/api/v1/auth/") {
            Some(call) if *method == Method::POST => match call {
                "login" => Rule::Strict(&self.login),
                "register" => Rule::Strict(&self.register),
                "refresh" => Rule::Strict(&self.refresh),
                // Who ends something has a token, and is counted as a user.
                "logout" | "logout-everywhere" => Rule::Counted(&self.write),
                "password-reset" | "verify-email/resend" => Rule::Strict(&self.mail),
                // What is not known here may be worth guessing too.
                _ => Rule::Strict(&self.confirm),
            },
            _ => Rule::Counted(&self.write),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &Method, path: &str) -> &'static str {
        let rules = Rules::new(&LimitSettings::default());
        match rules.of(method, path) {
            Rule::Free => "free",
            Rule::Counted(counted) => counted.address.as_ref().unwrap().name,
            Rule::Strict(strict) => strict.address.as_ref().unwrap().name,
        }
    }

    #[test]
    fn the_path_decides() {
        let post = |call: &str| name(&Method::POST, &format!("/api/v1/auth/{call}"));

        assert_eq!(
            (post("login"), post("register")),
            ("login-address", "register-address")
        );
        assert_eq!(
            (post("refresh"), post("logout")),
            ("refresh-address", "write-address")
        );
        assert_eq!(
            (post("password-reset"), post("verify-email/resend")),
            ("mail-address", "mail-address")
        );
        assert_eq!(
            (post("password-reset/confirm"), post("verify-email")),
            ("confirm-address", "confirm-address")
        );
        assert_eq!(post("something/new"), "confirm-address");
        assert_eq!(name(&Method::GET, "/api/v1/auth/sessions"), "read-address");
        assert_eq!(name(&Method::DELETE, "/api/v1/auth/sessions/1"), "write-address");
        assert_eq!(name(&Method::POST, "/api/v1/orders"), "write-address");
        assert_eq!(name(&Method::GET, "/api/v1/products"), "read-address");
        assert_eq!(name(&Method::GET, "/api/v1/tracking/AZ1"), "tracking-address");
        assert_eq!(name(&Method::HEAD, "/api/v1/tracking/AZ1"), "tracking-address");
        assert_eq!(name(&Method::GET, "/health/live"), "free");
    }

    #[test]
    fn off_is_off() {
        let rules = Rules::new(&LimitSettings::off());

        assert!(matches!(
            rules.of(&Method::POST, "/api/v1/auth/login"),
            Rule::Free
        ));
    }
}
