//! Events as rows of the log, and what they say as facts.

use serde::de::DeserializeOwned;
use serde_json::Value;
use souk_contracts::events::{
    OrderCreated, OrderItemStatus, OrderItemStatusUpdated, ProductCreated, ProductSnapshot, ProductUpdated,
    ProductViewed, ShopApproved, ShopCreated, ShopDeleted, ShopReinstated, ShopRejected, ShopSnapshot,
    ShopSuspended, ShopUpdated, ShopViewed, UserDeleted,
};
use souk_contracts::{DecodeError, Envelope, Event};
use uuid::Uuid;

use crate::domain::{
    Fact, ItemId, Line, LoggedEvent, OrderId, ProductId, ProductName, Shop, ShopId, Span, Status, UserId,
    Visit,
};
use crate::{Error, Result};

/// The row of an event of any type, known or not.
pub fn logged(event: Envelope<Value>) -> LoggedEvent {
    let id = |name: &str| {
        event
            .data
            .get(name)
            .and_then(Value::as_str)
            .and_then(|id| Uuid::parse_str(id).ok())
    };
    let user_id = id("user_id").or_else(|| id("owner_id")).map(UserId);
    let rated_shop = || {
        if event.data.get("kind")?.as_str()? == "shop" {
            id("id")
        } else {
            None
        }
    };
    let shop_id = id("shop_id").or_else(rated_shop).map(ShopId);
    LoggedEvent {
        id: event.id,
        kind: event.kind,
        source: event.source,
        subject: event.subject,
        time: event.time,
        schema: event.dataschema,
        aggregate_version: event.aggregateversion,
        user_id,
        shop_id,
        correlation_id: event.correlationid,
        causation_id: event.causationid,
        data: event.data,
    }
}

/// What an event says that matters to the figures; nothing for types that are only logged.
///
/// # Errors
/// [`Error::Unreadable`] and [`Error::Impossible`] when the payload is not what the type promises.
pub fn facts(event: &LoggedEvent) -> Result<Vec<Fact>> {
    Ok(match event.kind.as_str() {
        OrderCreated::TYPE => ordered(event, data(event)?)?,
        OrderItemStatusUpdated::TYPE => vec![moved(event, data(event)?)?],
        ShopViewed::TYPE => {
            let ShopViewed { shop_id, visitor, .. } = data(event)?;
            vec![visited(event, shop_id, visitor)]
        }
        ProductViewed::TYPE => {
            let ProductViewed { shop_id, visitor, .. } = data(event)?;
            vec![visited(event, shop_id, visitor)]
        }
        ShopCreated::TYPE => vec![shop(event, data::<ShopCreated>(event)?.0)],
        ShopApproved::TYPE => vec![shop(event, data::<ShopApproved>(event)?.0)],
        ShopRejected::TYPE => vec![shop(event, data::<ShopRejected>(event)?.0)],
        ShopSuspended::TYPE => vec![shop(event, data::<ShopSuspended>(event)?.0)],
        ShopReinstated::TYPE => vec![shop(event, data::<ShopReinstated>(event)?.0)],
        ShopUpdated::TYPE => vec![shop(event, data::<ShopUpdated>(event)?.0)],
        ShopDeleted::TYPE => vec![closed(data(event)?)],
        ProductCreated::TYPE => vec![product(event, data::<ProductCreated>(event)?.0)],
        ProductUpdated::TYPE => vec![product(event, data::<ProductUpdated>(event)?.0)],
        UserDeleted::TYPE => vec![Fact::Erased(UserId(data::<UserDeleted>(event)?.user_id))],
        _ => vec![],
    })
}

/// The typed payload, without a copy of the JSON.
fn data<E: Event + DeserializeOwned>(event: &LoggedEvent) -> Result<E> {
    if event.schema != E::dataschema() {
        return Err(DecodeError::UnknownSchema(event.schema.clone()).into());
    }
    Ok(E::deserialize(&event.data).map_err(DecodeError::Malformed)?)
}

fn ordered(event: &LoggedEvent, order: OrderCreated) -> Result<Vec<Fact>> {
    let mut facts = Vec::with_capacity(order.items.len() + 1);
    let mut lines = Vec::with_capacity(order.items.len());
    for item in order.items {
        lines.push(possible(
            event,
            Line {
                id: ItemId(item.order_item_id),
                shop_id: ShopId(item.shop_id),
                product_id: ProductId(item.product_id),
                variation_id: item.variation_id,
                quantity: i64::from(item.quantity),
                unit_price: item.unit_price.amount,
                currency: item.unit_price.currency.to_string(),
            },
        )?);
        // Older than anything the catalogue says, but there before it.
        let id = ProductId(item.product_id);
        facts.push(Fact::Product(ProductName {
            id,
            title: item.title,
            version: 0,
        }));
    }
    let order_id = OrderId(order.order_id);
    facts.push(Fact::Ordered {
        order_id,
        user_id: event.user_id,
        at: event.time,
        lines,
    });
    Ok(facts)
}

fn moved(event: &LoggedEvent, item: OrderItemStatusUpdated) -> Result<Fact> {
    let line = possible(
        event,
        Line {
            id: ItemId(item.order_item_id),
            shop_id: ShopId(item.shop_id),
            product_id: ProductId(item.product_id),
            variation_id: item.variation_id,
            quantity: i64::from(item.quantity),
            unit_price: item.unit_price.amount,
            currency: item.unit_price.currency.to_string(),
        },
    )?;
    let to = match item.to {
        OrderItemStatus::Processing => Status::Processing,
        OrderItemStatus::Shipped => Status::Shipped,
        OrderItemStatus::Delivered => Status::Delivered,
        OrderItemStatus::Cancelled => Status::Cancelled,
    };
    Ok(Fact::Moved {
        order_id: OrderId(item.order_id),
        user_id: event.user_id,
        at: event.time,
        line,
        to,
    })
}

/// Sums are made of these numbers: one that cannot be would spoil them for good.
fn possible(event: &LoggedEvent, line: Line) -> Result<Line> {
    let impossible = |reason| Error::Impossible {
        kind: event.kind.clone(),
        reason,
    };
    if line.quantity < 1 {
        return Err(impossible("a quantity below one"));
    }
    if line.unit_price < 0 {
        return Err(impossible("a price below zero"));
    }
    if line.unit_price.checked_mul(line.quantity).is_none() {
        return Err(impossible("a total beyond all bounds"));
    }
    Ok(line)
}

fn visited(event: &LoggedEvent, shop_id: Uuid, visitor: String) -> Fact {
    Fact::Visited(Visit {
        shop_id: ShopId(shop_id),
        bucket: Span::Quarter.bucket(event.time),
        visitor,
    })
}

fn shop(event: &LoggedEvent, shop: ShopSnapshot) -> Fact {
    Fact::Shop(Shop {
        id: ShopId(shop.shop_id),
        owner_id: UserId(shop.owner_id),
        name: Some(shop.name),
        version: event.aggregate_version.unwrap_or(0),
    })
}

fn closed(shop: ShopDeleted) -> Fact {
    Fact::Shop(Shop {
        id: ShopId(shop.shop_id),
        owner_id: UserId(shop.owner_id),
        name: None,
        version: 0,
    })
}

fn product(event: &LoggedEvent, product: ProductSnapshot) -> Fact {
    Fact::Product(ProductName {
        id: ProductId(product.product_id),
        title: product.title,
        version: event.aggregate_version.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kind: &str) -> LoggedEvent {
        let sample = souk_contracts::info(kind).unwrap().sample;
        logged(Envelope::decode_any(sample.as_bytes()).unwrap())
    }

    #[test]
    fn every_event_of_the_contract_can_be_taken_in() {
        for info in souk_contracts::EVENTS {
            facts(&sample(info.kind)).unwrap();
        }
    }

    #[test]
    fn an_event_about_a_shop_names_it() {
        for kind in [
            "shop.approved",
            "shop.viewed",
            "product.updated",
            "stock.low",
            "order.item.status.updated",
        ] {
            assert!(sample(kind).shop_id.is_some(), "{kind}");
        }
        assert_eq!(sample("order.created").shop_id, None);
    }

    #[test]
    fn an_event_about_a_user_or_owner_names_it() {
        for kind in [
            "user.created",
            "order.created",
            "shop.approved",
            "product.created",
            "wishlist.deleted",
        ] {
            assert!(sample(kind).user_id.is_some(), "{kind}");
        }
    }

    #[test]
    fn an_unknown_type_is_logged_and_says_nothing() {
        let event = LoggedEvent {
            kind: "order.refunded".into(),
            ..sample("order.created")
        };

        assert_eq!(facts(&event).unwrap(), []);
    }

    #[test]
    fn an_unknown_schema_is_not_guessed_at() {
        let event = LoggedEvent {
            schema: "order.created/2".into(),
            ..sample("order.created")
        };

        assert!(matches!(
            facts(&event),
            Err(Error::Unreadable(DecodeError::UnknownSchema(_)))
        ));
    }

    #[test]
    fn impossible_numbers_are_refused() {
        for (field, value) in [
            ("quantity", 0.into()),
            ("unit_price", serde_json::json!({"amount": -1, "currency": "AZN"})),
        ] {
            let mut event = sample("order.item.status.updated");
            event.data[field] = value;

            assert!(matches!(facts(&event), Err(Error::Impossible { .. })), "{field}");
        }
    }
}
