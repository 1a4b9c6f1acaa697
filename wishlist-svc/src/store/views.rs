//! What is known here of the things that are wished for.

use souk_db::{Conn, DbError};
use souk_mirror::{listings, shops};
use uuid::Uuid;

use crate::domain::{Subject, Thing, Wish, WishView};

/// A variation, if it is known here and for sale.
pub async fn variation(conn: &mut Conn, id: Uuid) -> Result<Option<Thing>, DbError> {
    let listing = listings(conn, &[id]).await?.remove(&id);
    Ok(listing.filter(|listing| listing.sellable).map(Thing::Variation))
}

/// A shop, if it is known here and approved.
pub async fn shop(conn: &mut Conn, id: Uuid) -> Result<Option<Thing>, DbError> {
    let name = shops::approved_names(conn, &[id]).await?.remove(&id);
    Ok(name.map(|name| Thing::Shop { shop_id: id, name }))
}

/// Shows wishes in their order. What may not be sold or seen just now is left out, and comes back when it may.
pub async fn of(conn: &mut Conn, wishes: Vec<Wish>) -> Result<Vec<WishView>, DbError> {
    let (mut variation_ids, mut shop_ids) = (Vec::new(), Vec::new());
    for wish in &wishes {
        match wish.subject {
            Subject::Variation { variation_id, .. } => variation_ids.push(variation_id),
            Subject::Shop { shop_id } => shop_ids.push(shop_id),
        }
    }
    let mut listings = listings(conn, &variation_ids).await?;
    let mut names = shops::approved_names(conn, &shop_ids).await?;
    let show = |wish: Wish| {
        let thing = match wish.subject {
            Subject::Variation { variation_id, .. } => {
                let listing = listings
                    .remove(&variation_id)
                    .filter(|listing| listing.sellable)?;
                Thing::Variation(listing)
            }
            Subject::Shop { shop_id } => Thing::Shop {
                shop_id,
                name: names.remove(&shop_id)?,
            },
        };
        Some(thing.show(wish))
    };
    Ok(wishes.into_iter().filter_map(show).collect())
}
