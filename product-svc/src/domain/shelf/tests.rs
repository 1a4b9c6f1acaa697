//! What a shelf takes and puts back.

use souk_contracts::Currency;

use super::*;

fn azn(amount: i64) -> Money {
    Money::new(amount, Currency::AZN)
}

fn shelved(available: i32, price: i64) -> Shelved {
    let copy = Copied {
        product_id: Uuid::now_v7().into(),
        shop_id: Uuid::now_v7().into(),
        owner_id: Uuid::now_v7().into(),
        title: "Boots".into(),
        sku: "B-1".into(),
        options: BTreeMap::new(),
        price: azn(price),
        cost_price: None,
    };
    Shelved {
        stock: Stock::new(Uuid::now_v7().into(), available, Some(1)),
        sellable: true,
        copy,
    }
}

fn request(lines: &[(&Shelved, i32, i64)]) -> Request {
    let line = |(item, quantity, price): &(&Shelved, i32, i64)| Line {
        line_id: Uuid::now_v7(),
        variation_id: item.stock.variation_id,
        quantity: *quantity,
        unit_price: azn(*price),
    };
    let (id, user_id) = (Uuid::now_v7().into(), Uuid::now_v7().into());
    Request {
        id,
        user_id,
        lines: lines.iter().map(line).collect(),
    }
}

fn kinds(changes: &[Change]) -> Vec<(ChangeKind, i32, i64)> {
    changes
        .iter()
        .map(|change| (change.kind, change.quantity, change.unit_price.amount))
        .collect()
}

#[test]
fn a_request_takes_all_its_lines() {
    let (boots, socks) = (shelved(3, 900), shelved(10, 50));
    let mut shelf = Shelf::new([boots.clone(), socks.clone()]);

    let held = shelf
        .take(&request(&[(&socks, 2, 50), (&boots, 3, 900)]))
        .unwrap();

    assert_eq!(held.iter().map(|line| line.quantity).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(shelf.touched().map(|item| item.stock.available).sum::<i32>(), 8);
    assert_eq!(
        shelf
            .entries()
            .iter()
            .map(|entry| entry.delta)
            .collect::<Vec<_>>(),
        [-2, -3]
    );
    assert_eq!(shelf.low().count(), 1);
}

#[test]
fn one_line_in_the_way_leaves_the_others_on_the_shelf() {
    let (boots, socks) = (shelved(3, 900), shelved(10, 50));
    let mut shelf = Shelf::new([boots.clone(), socks.clone()]);

    let refused = shelf
        .take(&request(&[(&socks, 2, 50), (&boots, 4, 900)]))
        .unwrap_err();

    assert_eq!(kinds(&refused), [(ChangeKind::Short, 3, 900)]);
    assert_eq!((shelf.touched().count(), shelf.entries().len()), (0, 0));
}

#[test]
fn two_lines_of_one_variation_take_no_more_together_than_there_is() {
    let boots = shelved(5, 900);
    let mut shelf = Shelf::new([boots.clone()]);

    let short = shelf.take(&request(&[(&boots, 3, 900), (&boots, 3, 900)]));
    let gone = shelf.take(&request(&[(&boots, 5, 900), (&boots, 1, 900)]));
    assert_eq!(kinds(&short.unwrap_err()), [(ChangeKind::Short, 2, 900)]);
    assert_eq!(kinds(&gone.unwrap_err()), [(ChangeKind::Gone, 0, 900)]);
    assert_eq!((shelf.touched().count(), shelf.entries().len()), (0, 0));

    let held = shelf
        .take(&request(&[(&boots, 3, 900), (&boots, 2, 900)]))
        .unwrap();
    assert_eq!(held.iter().map(|line| line.quantity).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(shelf.get(boots.stock.variation_id).unwrap().stock.available, 0);
}

#[test]
fn each_obstacle_says_what_could_be_had() {
    let (gone, empty, repriced, both) = (
        Shelved {
            sellable: false,
            ..shelved(9, 10)
        },
        shelved(0, 10),
        shelved(9, 12),
        shelved(2, 8),
    );
    let unknown = shelved(9, 10);
    let mut shelf = Shelf::new([gone.clone(), empty.clone(), repriced.clone(), both.clone()]);

    let lines = [&gone, &empty, &repriced, &both, &unknown].map(|item| (item, 5, 10));
    let refused = shelf.take(&request(&lines)).unwrap_err();

    assert_eq!(
        kinds(&refused),
        [
            (ChangeKind::Gone, 0, 10),
            (ChangeKind::Gone, 0, 10),
            (ChangeKind::Repriced, 5, 12),
            (ChangeKind::Short, 2, 8),
            (ChangeKind::Gone, 0, 10),
        ]
    );
}

#[test]
fn requests_of_one_transaction_see_what_the_earlier_ones_took() {
    let boots = shelved(3, 900);
    let mut shelf = Shelf::new([boots.clone()]);

    assert!(shelf.take(&request(&[(&boots, 2, 900)])).is_ok());
    let refused = shelf.take(&request(&[(&boots, 2, 900)])).unwrap_err();

    assert_eq!(kinds(&refused), [(ChangeKind::Short, 1, 900)]);
    assert_eq!(
        shelf.touched().map(|item| item.stock.version).collect::<Vec<_>>(),
        [2]
    );
}

#[test]
fn what_is_put_back_is_there_again() {
    let boots = shelved(3, 900);
    let mut shelf = Shelf::new([boots.clone()]);
    let order_item = Uuid::now_v7();

    shelf
        .put_back(boots.stock.variation_id, 2, Reason::Return, order_item)
        .unwrap();

    assert_eq!(shelf.get(boots.stock.variation_id).unwrap().stock.available, 5);
    assert_eq!(shelf.entries().first().unwrap().reference_id, Some(order_item));
    let unknown = Uuid::now_v7().into();
    assert_eq!(
        shelf.put_back(unknown, 2, Reason::Return, order_item),
        Err(unknown)
    );
}

#[test]
fn the_owner_is_named_in_the_ledger() {
    let boots = shelved(3, 900);
    let mut shelf = Shelf::new([boots.clone()]);
    let change = OwnerChange {
        delta: -2,
        reason: Reason::Adjust,
        note: Some("broken".into()),
    };

    shelf
        .change(boots.stock.variation_id, boots.copy.owner_id, change)
        .unwrap();

    let entry = shelf.entries().first().unwrap();
    assert_eq!((entry.delta, entry.actor_id), (-2, Some(boots.copy.owner_id)));
    assert_eq!((entry.note.as_deref(), shelf.low().count()), (Some("broken"), 1));
}

#[test]
fn owners_cannot_buy_their_own() {
    let boots = shelved(3, 900);
    let mut shelf = Shelf::new([boots.clone()]);
    let own = Request {
        user_id: boots.copy.owner_id,
        ..request(&[(&boots, 1, 900)])
    };

    assert_eq!(
        kinds(&shelf.take(&own).unwrap_err()),
        [(ChangeKind::Gone, 0, 900)]
    );
}
