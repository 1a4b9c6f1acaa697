//! The quotas that can be set.

use serde::Deserialize;

use super::quota::{Quota, quota_or_off};

/// Whether limits are kept at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// They are.
    On,
    /// They are not.
    Off,
}

/// The quotas, by what is asked and by whom it is counted; `None` counts nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct LimitSettings {
    /// Whether limits are kept at all.
    pub rate_limits: Switch,
    /// `GET` and `HEAD`, by address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_read_address: Option<Quota>,
    /// `GET` and `HEAD`, by user.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_read_user: Option<Quota>,
    /// Looks for a parcel by its number and an e-mail address, by address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_tracking_address: Option<Quota>,
    /// Every other method, by address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_write_address: Option<Quota>,
    /// Every other method, by user.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_write_user: Option<Quota>,
    /// Logins, by address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_login_address: Option<Quota>,
    /// Logins to one account from one address; a right password clears it.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_login_client: Option<Quota>,
    /// Logins to one account from everywhere; an address that knew the password lately is spared.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_login_account: Option<Quota>,
    /// Registrations, by address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_register_address: Option<Quota>,
    /// Registrations, by e-mail address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_register_account: Option<Quota>,
    /// Requests for an e-mail, by address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_mail_address: Option<Quota>,
    /// Requests for an e-mail, by e-mail address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_mail_account: Option<Quota>,
    /// Tokens out of e-mails, by address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_confirm_address: Option<Quota>,
    /// Refreshes, by address.
    #[serde(deserialize_with = "quota_or_off")]
    pub limit_refresh_address: Option<Quota>,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

impl Default for LimitSettings {
    /// A household, an office or a school behind one address stays under these; a script does not.
    fn default() -> Self {
        Self {
            rate_limits: Switch::On,
            limit_read_address: Some(Quota::per(3000, MINUTE)),
            limit_read_user: Some(Quota::per(1200, MINUTE)),
            limit_tracking_address: Some(Quota::per(60, MINUTE)),
            limit_write_address: Some(Quota::per(600, MINUTE)),
            limit_write_user: Some(Quota::per(300, MINUTE)),
            limit_login_address: Some(Quota::per(60, 15 * MINUTE)),
            limit_login_client: Some(Quota::per(10, 15 * MINUTE)),
            limit_login_account: Some(Quota::per(60, HOUR)),
            limit_register_address: Some(Quota::per(20, HOUR)),
            limit_register_account: Some(Quota::per(5, HOUR)),
            limit_mail_address: Some(Quota::per(20, HOUR)),
            limit_mail_account: Some(Quota::per(5, HOUR)),
            limit_confirm_address: Some(Quota::per(30, 15 * MINUTE)),
            limit_refresh_address: Some(Quota::per(300, 5 * MINUTE)),
        }
    }
}

impl LimitSettings {
    /// Nothing is limited.
    pub fn off() -> Self {
        Self {
            rate_limits: Switch::Off,
            ..Self::default()
        }
    }
}
