//! Where a shop stands.

use serde::{Deserialize, Serialize};
use souk_contracts::StoredWord;

/// Where a shop stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShopStatus {
    /// Waits for an admin.
    Pending,
    /// Visible, and may sell.
    Approved,
    /// Refused; the owner may edit and apply again.
    Rejected,
    /// May not sell for now.
    Suspended,
    /// Gone for good.
    Closed,
}

impl ShopStatus {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Pending, "pending"),
        (Self::Approved, "approved"),
        (Self::Rejected, "rejected"),
        (Self::Suspended, "suspended"),
        (Self::Closed, "closed"),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(status, _)| *status == self)
            .map_or("", |(_, name)| name)
    }
}

impl StoredWord for ShopStatus {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, other)| *other == word)
            .map(|(status, _)| *status)
    }
}
