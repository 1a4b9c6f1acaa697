//! A user.

use chrono::{DateTime, Utc};
use souk_auth::Role;
use souk_email::EmailAddress;
use uuid::Uuid;

/// A registered user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// Login name, as it was registered; accounts are told apart by its canonical form.
    pub email: String,
    /// Whether another account keeps the same mailbox, so that nobody can log in to this one by its address.
    pub email_conflict: bool,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Phone number, as given.
    pub phone_number: Option<String>,
    /// Whether the user operates the marketplace.
    pub is_admin: bool,
    /// Whether the user has an open, approved shop.
    pub is_shop_owner: bool,
    /// Whether the user may log in.
    pub is_active: bool,
    /// Whether the e-mail address was verified.
    pub is_verified: bool,
    /// The picture, by the name it is stored under.
    pub avatar: Option<Uuid>,
    /// Counts up with each change.
    pub version: i64,
    /// When the user registered.
    pub created_at: DateTime<Utc>,
}

/// What a registration brings, with the password hashed.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Login name.
    pub email: EmailAddress,
    /// Argon2id hash in PHC form.
    pub password_hash: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Phone number.
    pub phone_number: Option<String>,
    /// Whether to make an operator.
    pub is_admin: bool,
}

/// A partial change of a profile: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// New first name.
    pub first_name: Option<String>,
    /// New last name.
    pub last_name: Option<String>,
    /// New phone number; `Some(None)` removes it.
    pub phone_number: Option<Option<String>>,
}

impl User {
    /// Whether the account may be used by whoever holds its mailbox: to log in, or by a mailed secret.
    pub fn is_reachable(&self) -> bool {
        self.is_active && !self.email_conflict
    }

    /// Where mail to the user goes: the stored address, with its domain as mail servers know it.
    pub fn mailbox(&self) -> String {
        EmailAddress::parse(&self.email).map_or_else(|_| self.email.clone(), |address| address.deliverable())
    }

    /// The role that tokens carry.
    pub fn role(&self) -> Role {
        match (self.is_admin, self.is_shop_owner) {
            (true, _) => Role::Admin,
            (false, true) => Role::ShopOwner,
            (false, false) => Role::Customer,
        }
    }

    /// Takes another picture, or none; `false` when nothing changes.
    pub fn set_avatar(&mut self, avatar: Option<Uuid>) -> bool {
        let changes = self.avatar != avatar;
        if changes {
            self.avatar = avatar;
            self.version += 1;
        }
        changes
    }

    /// Applies a change and answers the names of the fields that differ now; empty when nothing does.
    pub fn edit(&mut self, change: ProfileChange) -> Vec<&'static str> {
        let mut changed = Vec::new();
        replace(
            &mut self.first_name,
            change.first_name,
            "first_name",
            &mut changed,
        );
        replace(&mut self.last_name, change.last_name, "last_name", &mut changed);
        replace(
            &mut self.phone_number,
            change.phone_number,
            "phone_number",
            &mut changed,
        );
        if !changed.is_empty() {
            self.version += 1;
        }
        changed
    }
}

fn replace<T: PartialEq>(old: &mut T, new: Option<T>, name: &'static str, changed: &mut Vec<&'static str>) {
    if let Some(new) = new.filter(|new| new != old) {
        *old = new;
        changed.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        User {
            id: Uuid::nil(),
            email: "a@example.org".into(),
            email_conflict: false,
            first_name: "Aygun".into(),
            last_name: "Aliyeva".into(),
            phone_number: Some("+994".into()),
            is_admin: false,
            is_shop_owner: false,
            is_active: true,
            is_verified: false,
            avatar: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_edit_names_only_what_differs() {
        let mut user = user();
        let change = ProfileChange {
            first_name: Some("Aygun".into()),
            phone_number: Some(None),
            ..ProfileChange::default()
        };

        assert_eq!(user.edit(change), ["phone_number"]);
        assert_eq!((user.phone_number, user.version), (None, 2));
    }

    #[test]
    fn an_edit_without_a_difference_keeps_the_version() {
        let mut user = user();

        assert!(user.edit(ProfileChange::default()).is_empty());
        assert_eq!(user.version, 1);
    }

    #[test]
    fn mail_goes_to_the_stored_address_in_ascii() {
        let stored = |email: &str| User {
            email: email.into(),
            ..user()
        };

        assert_eq!(
            stored("Vic@B\u{fc}cher.example").mailbox(),
            "Vic@xn--bcher-kva.example"
        );
        // Registered under older rules.
        assert_eq!(stored("a@[127.0.0.1]").mailbox(), "a@[127.0.0.1]");
    }

    #[test]
    fn an_admin_with_a_shop_is_an_admin() {
        let owner = User {
            is_shop_owner: true,
            ..user()
        };

        assert_eq!(owner.role(), Role::ShopOwner);
        assert_eq!(
            User {
                is_admin: true,
                ..owner
            }
            .role(),
            Role::Admin
        );
    }
}
