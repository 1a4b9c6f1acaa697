//! The owner rule: who has a shop has no cart and no wishlist.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::Conn;
use uuid::Uuid;

use crate::Result;
use crate::schema::mirror_shops;

/// Whether users with an approved shop may have a cart and a wishlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnerRule {
    /// They have none.
    #[default]
    OwnersOnlySell,
    /// They are customers like all others.
    OwnersMayBuy,
}

impl OwnerRule {
    /// The rule that the setting `OWNERS_MAY_BUY` asks for.
    pub fn from_setting(owners_may_buy: bool) -> Self {
        if owners_may_buy {
            Self::OwnersMayBuy
        } else {
            Self::OwnersOnlySell
        }
    }

    /// Whether the rule keeps this user from having a cart or a wishlist.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bars(self, conn: &mut Conn, user_id: Uuid) -> Result<bool> {
        Ok(self.barred(conn, &[user_id]).await?.contains(&user_id))
    }

    /// Those of these users whom the rule keeps from having a cart or a wishlist.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn barred(self, conn: &mut Conn, user_ids: &[Uuid]) -> Result<HashSet<Uuid>> {
        if self == Self::OwnersMayBuy {
            return Ok(HashSet::new());
        }
        let owners = mirror_shops::table
            .filter(mirror_shops::owner_id.eq_any(user_ids))
            .filter(mirror_shops::status.eq("approved"))
            .select(mirror_shops::owner_id)
            .load(conn)
            .await?;
        Ok(owners.into_iter().collect())
    }
}
