//! The rules of change, one by one.

use super::ItemStatus::{Cancelled, Delivered, Processing, Shipped};
use super::*;
use crate::domain::{Address, Line, Placement};
use souk_contracts::{Currency, Money, OpenEnum};

const CUSTOMER: Uuid = Uuid::from_u128(1);
const OWNER: Uuid = Uuid::from_u128(2);
const OTHER_OWNER: Uuid = Uuid::from_u128(3);

fn by(user_id: Uuid) -> By {
    By {
        user_id,
        is_admin: false,
    }
}

fn admin() -> By {
    By {
        user_id: Uuid::from_u128(9),
        is_admin: true,
    }
}

fn step(to: ItemStatus) -> Step {
    Step {
        to,
        carrier: None,
        tracking_number: None,
        reason: None,
    }
}

/// An order of two items of one shop and one of another, standing as told.
fn order(statuses: [ItemStatus; 3]) -> Order {
    let owners = [OWNER, OWNER, OTHER_OWNER];
    let lines = owners.map(|owner_id| Line {
        cart_line_id: Uuid::now_v7(),
        shop_id: owner_id,
        owner_id,
        product_id: Uuid::now_v7(),
        variation_id: Uuid::now_v7(),
        title: "Weekend bag".into(),
        sku: "WB-1".into(),
        options: [].into(),
        quantity: 1,
        unit_price: Money::new(100, Currency::AZN),
        cost_price: None,
    });
    let address = Address {
        name: "Aygun".into(),
        line1: "Nizami 1".into(),
        line2: None,
        city: "Baku".into(),
        region: None,
        postal_code: None,
        country: "AZ".into(),
        phone_number: None,
    };
    let placement = Placement {
        user_id: CUSTOMER,
        previous_order_id: None,
        reservation_id: Uuid::nil(),
        cart_version: 1,
        address,
        note: None,
        lines: lines.into(),
    };
    let mut order = placement.into_order(Utc::now()).unwrap();
    for (item, status) in order.items_mut().zip(statuses) {
        item.status = status.into();
    }
    let all = ItemStatus::of_all(statuses.into_iter());
    order.status = OrderStatus::from(all).into();
    order
}

fn first(order: &Order) -> Uuid {
    order.items().next().unwrap().id
}

#[test]
fn an_item_takes_legal_steps_only() {
    for from in [Processing, Shipped, Delivered, Cancelled] {
        for to in [Processing, Shipped, Delivered, Cancelled] {
            let mut order = order([from, Processing, Processing]);
            let id = first(&order);

            let change = order.move_item(by(OWNER), id, step(to), false, Utc::now());

            if from == to {
                assert_eq!(change, Ok(None), "{from:?} to {to:?}");
            } else if from.may_become(to) {
                assert_eq!(change.unwrap().unwrap().moved, [Moved { item_id: id, from }]);
                assert_eq!(order.item(id).unwrap().1.version, 2);
            } else {
                assert_eq!(change, Err(OrderError::IllegalTransition { from, to }));
            }
        }
    }
}

#[test]
fn the_last_item_ends_the_order() {
    let table = [
        (
            [Shipped, Delivered, Delivered],
            Delivered,
            Some(OrderStatus::Completed),
        ),
        (
            [Shipped, Cancelled, Cancelled],
            Delivered,
            Some(OrderStatus::Completed),
        ),
        (
            [Processing, Delivered, Cancelled],
            Cancelled,
            Some(OrderStatus::Completed),
        ),
        (
            [Processing, Cancelled, Cancelled],
            Cancelled,
            Some(OrderStatus::Cancelled),
        ),
        ([Processing, Processing, Cancelled], Cancelled, None),
        ([Processing, Delivered, Delivered], Shipped, None),
    ];
    for (statuses, to, ended) in table {
        let mut order = order(statuses);
        let id = first(&order);

        let change = order
            .move_item(by(OWNER), id, step(to), false, Utc::now())
            .unwrap()
            .unwrap();

        assert_eq!(change.ended, ended, "{statuses:?} and {to:?}");
        assert_eq!(change.entries.len(), if ended.is_some() { 2 } else { 1 });
    }
}

#[test]
fn a_repeated_step_is_harmless_unless_it_says_something_else() {
    let mut order = order([Processing; 3]);
    let id = first(&order);
    let ship = |number: Option<&str>| Step {
        carrier: Some("Azerpost".into()),
        tracking_number: number.map(Into::into),
        ..step(Shipped)
    };
    assert!(
        order
            .move_item(by(OWNER), id, ship(Some("A1")), false, Utc::now())
            .unwrap()
            .is_some()
    );

    assert_eq!(
        order.move_item(by(OWNER), id, ship(Some("A1")), false, Utc::now()),
        Ok(None)
    );
    assert_eq!(
        order.move_item(by(OWNER), id, ship(None), false, Utc::now()),
        Ok(None)
    );
    let other = order.move_item(by(OWNER), id, ship(Some("B2")), false, Utc::now());
    assert_eq!(other, Err(OrderError::ShippedOtherwise));
    assert_eq!(order.sub_orders[0].status, Shipped);
    assert_eq!(order.sub_orders[1].status, Processing);
}

#[test]
fn only_its_shop_moves_an_item() {
    let mut order = order([Processing; 3]);
    let id = first(&order);
    let mut moved = |by| {
        order
            .move_item(by, id, step(Shipped), false, Utc::now())
            .map(|_| ())
    };

    assert_eq!(moved(by(CUSTOMER)), Err(OrderError::NotTheShop));
    assert_eq!(moved(admin()), Err(OrderError::NotTheShop));
    assert_eq!(moved(by(OTHER_OWNER)), Err(OrderError::NotFound));
    assert_eq!(moved(by(Uuid::from_u128(7))), Err(OrderError::NotFound));
    assert_eq!(moved(by(OWNER)), Ok(()));
}

#[test]
fn an_operator_ends_items_of_a_shop_whose_owner_is_gone() {
    for from in [Processing, Shipped, Delivered, Cancelled] {
        for to in [Processing, Shipped, Delivered, Cancelled] {
            let mut order = order([from, Shipped, Processing]);
            let id = first(&order);

            let change = order.move_item(admin(), id, step(to), true, Utc::now());

            if from == to {
                assert_eq!(change, Ok(None), "{from:?} to {to:?}");
            } else if from.may_be_ended_as(to) {
                let change = change.unwrap().unwrap();
                assert_eq!(change.moved, [Moved { item_id: id, from }]);
                assert_eq!(change.entries[0].actor, Actor::Admin(admin().user_id));
            } else {
                assert_eq!(change, Err(OrderError::IllegalTransition { from, to }));
            }
        }
    }
}

#[test]
fn nobody_but_an_operator_stands_in_for_an_owner_who_is_gone() {
    let mut order = order([Shipped; 3]);
    let id = first(&order);
    let mut ended = |by| {
        order
            .move_item(by, id, step(Cancelled), true, Utc::now())
            .map(|_| ())
    };

    assert_eq!(ended(by(CUSTOMER)), Err(OrderError::NotTheShop));
    assert_eq!(ended(by(OTHER_OWNER)), Err(OrderError::NotFound));
    assert_eq!(
        ended(by(OWNER)),
        Err(OrderError::IllegalTransition {
            from: Shipped,
            to: Cancelled
        })
    );
    assert_eq!(ended(admin()), Ok(()));
}

#[test]
fn an_order_whose_only_shipped_item_is_lost_is_prepared_again() {
    let mut order = order([Shipped, Processing, Processing]);
    let id = first(&order);

    let change = order.move_item(admin(), id, step(Cancelled), true, Utc::now());

    assert_eq!(change.unwrap().unwrap().ended, None);
    assert_eq!(order.status, OrderStatus::Processing);
}

#[test]
fn only_customer_and_admin_cancel() {
    let mut order = order([Processing; 3]);
    let id = first(&order);
    let mut cancelled = |by| {
        order
            .cancel_item(by, id, None, Utc::now())
            .map(|change| change.is_some())
    };

    assert_eq!(cancelled(by(OWNER)), Err(OrderError::NotTheCustomer));
    assert_eq!(cancelled(by(OTHER_OWNER)), Err(OrderError::NotFound));
    assert_eq!(cancelled(by(Uuid::from_u128(7))), Err(OrderError::NotFound));
    assert_eq!(cancelled(admin()), Ok(true));
    assert_eq!(cancelled(by(CUSTOMER)), Ok(false));
    assert_eq!(
        order.cancel(by(OTHER_OWNER), None, Utc::now()),
        Err(OrderError::NotTheCustomer)
    );
}

#[test]
fn an_order_is_cancelled_as_a_whole_until_something_leaves() {
    let mut whole = order([Processing, Cancelled, Processing]);
    let change = whole
        .cancel(by(CUSTOMER), Some("late".into()), Utc::now())
        .unwrap()
        .unwrap();
    assert_eq!(
        (change.moved.len(), change.ended),
        (2, Some(OrderStatus::Cancelled))
    );
    assert_eq!(whole.cancel(by(CUSTOMER), None, Utc::now()), Ok(None));

    for statuses in [
        [Shipped, Processing, Processing],
        [Delivered, Delivered, Cancelled],
    ] {
        let mut order = order(statuses);
        let refused = order.cancel(by(CUSTOMER), None, Utc::now());
        assert_eq!(
            refused,
            Err(OrderError::TooLateToCancel(order.status.known().unwrap()))
        );
    }
}

#[test]
fn an_order_as_placed_has_not_moved() {
    let placed = order([Processing; 3]);
    let mut order = placed.clone();
    let id = first(&order);
    let ship = Step {
        carrier: Some("Azerpost".into()),
        ..step(Shipped)
    };
    order.move_item(by(OWNER), id, ship, false, Utc::now()).unwrap();

    let again = order.as_placed();

    assert_eq!(again.status, placed.status);
    let seen = |order: &Order| -> Vec<_> {
        order
            .items()
            .map(|item| (item.id, item.status, item.carrier.clone()))
            .collect()
    };
    assert_eq!(seen(&again), seen(&placed));
}

#[test]
fn where_a_later_build_has_written_nothing_is_decided() {
    let word = UnknownWord::new("returning");
    let refusal = OrderError::UnknownStatus(word);
    let placed = order([Processing; 3]);
    let id = first(&placed);
    let with = |change: fn(&mut Order, UnknownWord)| {
        let mut order = placed.clone();
        change(&mut order, word);
        order
    };
    for order in [
        with(|order, word| order.status = OpenEnum::Unknown(word)),
        with(|order, word| order.sub_orders[1].status = OpenEnum::Unknown(word)),
        with(|order, word| order.items_mut().last().unwrap().status = OpenEnum::Unknown(word)),
    ] {
        let mut tried = order.clone();
        assert_eq!(tried.cancel(by(CUSTOMER), None, Utc::now()), Err(refusal));
        assert_eq!(
            tried.cancel_item(by(CUSTOMER), id, None, Utc::now()),
            Err(refusal)
        );
        assert_eq!(
            tried.move_item(by(OWNER), id, step(Delivered), false, Utc::now()),
            Err(refusal)
        );
        assert_eq!(tried, order);
        // Whose it is not learns nothing of it.
        let stranger = tried.cancel(by(Uuid::from_u128(7)), None, Utc::now());
        assert_eq!(stranger, Err(OrderError::NotFound));
    }
}
