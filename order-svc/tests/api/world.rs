//! What cart-svc and product-svc know, and how they answer.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::Utc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use souk_clients::cart::{
    CheckoutAnswer, CheckoutCart, CheckoutLine, CheckoutOf, CheckoutRequest, LastOrder, OrderedRequest,
    Proposal,
};
use souk_clients::product::{
    ChangeKind, LineChange, Reservation, ReserveAnswer, ReserveLine, ReserveOutcome, ReserveRequest,
    ReserveRequests, ReservedLine, Terms,
};
use souk_contracts::{Currency, Money};
use souk_testkit::{Call, StandIn, problem};
use uuid::Uuid;

/// What every variation costs its shop, in minor units: nothing that a customer may read.
pub const COST: i64 = 9_876_543_219;

/// A variation on sale.
#[derive(Clone)]
pub struct Thing {
    pub id: Uuid,
    pub shop_id: Uuid,
    pub owner_id: Uuid,
    pub price: i64,
    pub available: i32,
}

/// How a reservation stands at product-svc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Held,
    Released,
}

#[derive(Default)]
struct Cart {
    version: i64,
    lines: Vec<CheckoutLine>,
    proposal: Option<Proposal>,
    applied: HashSet<Uuid>,
}

type Hook = Box<dyn Fn(Uuid) + Send>;

#[derive(Default)]
struct Facts {
    things: HashMap<Uuid, Thing>,
    reservations: Vec<(Reservation, Held)>,
    carts: HashMap<Uuid, Cart>,
    without_cart: HashSet<Uuid>,
    is_deaf: bool,
}

/// Both services, in memory.
#[derive(Clone, Default)]
pub struct World {
    facts: Arc<Mutex<Facts>>,
    after_reserve: Arc<Mutex<Option<Hook>>>,
    loses_answers: Arc<Mutex<bool>>,
}

impl World {
    pub fn carts(&self) -> StandIn {
        let world = self.clone();
        StandIn::start(move |call| world.facts().answer_as_cart_svc(call))
    }

    pub fn products(&self) -> StandIn {
        let world = self.clone();
        StandIn::start(move |call| world.answer_as_product_svc(call))
    }

    pub fn sell(&self, price: i64, available: i32) -> Thing {
        let [id, shop_id, owner_id] = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
        let thing = Thing {
            id,
            shop_id,
            owner_id,
            price,
            available,
        };
        self.facts().things.insert(thing.id, thing.clone());
        thing
    }

    pub fn change(&self, id: Uuid, change: impl FnOnce(&mut Thing)) {
        change(self.facts().things.get_mut(&id).unwrap());
    }

    pub fn available(&self, thing: &Thing) -> i32 {
        self.facts().things[&thing.id].available
    }

    pub fn put_in_cart(&self, user_id: Uuid, thing: &Thing, quantity: i32) {
        let line = CheckoutLine {
            line_id: Uuid::now_v7(),
            variation_id: thing.id,
            quantity,
            unit_price: azn(thing.price),
        };
        let mut facts = self.facts();
        let cart = facts.carts.entry(user_id).or_default();
        cart.version += 1;
        cart.lines.push(line);
    }

    pub fn cart_size(&self, user_id: Uuid) -> usize {
        self.facts().carts[&user_id].lines.len()
    }

    pub fn owns_a_shop(&self, user_id: Uuid) {
        self.facts().without_cart.insert(user_id);
    }

    /// From now on cart-svc hears of orders only at the next checkout.
    pub fn deafen_carts(&self) {
        self.facts().is_deaf = true;
    }

    pub fn reservations(&self) -> Vec<(Uuid, Held)> {
        self.facts()
            .reservations
            .iter()
            .map(|(held, state)| (held.reservation_id, *state))
            .collect()
    }

    /// From now on `hook` runs between every new reservation and its answer.
    pub fn after_reserve(&self, hook: impl Fn(Uuid) + Send + 'static) {
        *self.after_reserve.lock().unwrap() = Some(Box::new(hook));
    }

    /// Whether stock is held but the answer gets lost on its way.
    pub fn lose_answers(&self, lose: bool) {
        *self.loses_answers.lock().unwrap() = lose;
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap()
    }

    fn answer_as_product_svc(&self, call: &Call) -> (u16, Value) {
        if let Some(id) = call.path.strip_prefix("/internal/reservations/") {
            self.facts()
                .release(id.strip_suffix("/release").unwrap().parse().unwrap());
            return (204, Value::Null);
        }
        let ReserveRequests { requests } = read(&call.body);
        let outcomes = requests.iter().map(|request| {
            let outcome = self.facts().reserve(request);
            if let (ReserveOutcome::Held(held), Some(hook)) = (&outcome, &*self.after_reserve.lock().unwrap())
            {
                hook(held.reservation_id);
            }
            outcome
        });
        let outcomes = outcomes.collect();
        if *self.loses_answers.lock().unwrap() {
            (503, problem("unavailable"))
        } else {
            (200, write(&ReserveAnswer { outcomes }))
        }
    }
}

impl Facts {
    fn reserve(&mut self, request: &ReserveRequest) -> ReserveOutcome {
        let known = self
            .reservations
            .iter()
            .find(|(held, _)| held.reservation_id == request.reservation_id);
        match known {
            Some((held, Held::Held)) => return ReserveOutcome::Held(held.clone()),
            Some((_, Held::Released)) => return ReserveOutcome::Ended,
            None => {}
        }
        let changes: Vec<LineChange> = request
            .lines
            .iter()
            .filter_map(|line| self.change_of(line))
            .collect();
        if !changes.is_empty() {
            return ReserveOutcome::Refused(changes);
        }
        let lines = request.lines.iter().map(|line| self.take(line)).collect();
        let reservation = Reservation {
            reservation_id: request.reservation_id,
            user_id: request.user_id,
            expires_at: Utc::now(),
            lines,
        };
        self.reservations.push((reservation.clone(), Held::Held));
        ReserveOutcome::Held(reservation)
    }

    fn change_of(&self, line: &ReserveLine) -> Option<LineChange> {
        let old = Terms {
            quantity: line.quantity,
            unit_price: line.unit_price,
        };
        let (kind, new) = match self.things.get(&line.variation_id) {
            None => (
                ChangeKind::Gone,
                Terms {
                    quantity: 0,
                    ..old.clone()
                },
            ),
            Some(thing) if thing.available < line.quantity => (
                ChangeKind::Short,
                Terms {
                    quantity: thing.available,
                    unit_price: azn(thing.price),
                },
            ),
            Some(thing) if azn(thing.price) != line.unit_price => (
                ChangeKind::Repriced,
                Terms {
                    quantity: line.quantity,
                    unit_price: azn(thing.price),
                },
            ),
            Some(_) => return None,
        };
        Some(LineChange {
            line_id: line.line_id,
            variation_id: line.variation_id,
            kind,
            old,
            new,
        })
    }

    fn take(&mut self, line: &ReserveLine) -> ReservedLine {
        let thing = self.things.get_mut(&line.variation_id).unwrap();
        thing.available -= line.quantity;
        ReservedLine {
            line_id: line.line_id,
            variation_id: thing.id,
            product_id: thing.id,
            shop_id: thing.shop_id,
            owner_id: thing.owner_id,
            title: "Weekend bag".into(),
            sku: "CL-WB-01".into(),
            options: [("color".to_owned(), "brown".to_owned())].into(),
            quantity: line.quantity,
            price: azn(thing.price),
            cost_price: Some(azn(COST)),
        }
    }

    fn release(&mut self, id: Uuid) {
        let found = self
            .reservations
            .iter_mut()
            .find(|(held, _)| held.reservation_id == id);
        let Some((held, state @ Held::Held)) = found else {
            return;
        };
        *state = Held::Released;
        for line in &held.lines {
            self.things.get_mut(&line.variation_id).unwrap().available += line.quantity;
        }
    }

    fn answer_as_cart_svc(&mut self, call: &Call) -> (u16, Value) {
        if call.path == "/internal/carts/ordered" {
            if self.is_deaf {
                return (503, problem("unavailable"));
            }
            let request: OrderedRequest = read(&call.body);
            for of in request.orders {
                self.carts.entry(of.user_id).or_default().take_out(&of.order);
            }
            return (204, Value::Null);
        }
        if call.path == "/internal/carts/checkout" {
            let request: CheckoutRequest = read(&call.body);
            let carts: Option<Vec<_>> = request.carts.iter().map(|of| self.check_out(of)).collect();
            return match carts {
                Some(carts) => (200, write(&CheckoutAnswer { carts })),
                None => (403, problem("shop-owner-has-no-cart")),
            };
        }
        let (user_id, what) = call
            .path
            .strip_prefix("/internal/carts/")
            .unwrap()
            .split_once('/')
            .unwrap();
        let user_id: Uuid = user_id.parse().unwrap();
        let cart = self.carts.entry(user_id).or_default();
        match what {
            "proposal" => {
                let proposal: Proposal = read(&call.body);
                cart.proposal = Some(proposal).filter(|proposal| proposal.version == cart.version);
                (204, Value::Null)
            }
            _ => (404, json!({})),
        }
    }

    /// Nothing for an owner of a shop.
    fn check_out(&mut self, of: &CheckoutOf) -> Option<CheckoutCart> {
        if self.without_cart.contains(&of.user_id) {
            return None;
        }
        let cart = self.carts.entry(of.user_id).or_default();
        of.last_order.iter().for_each(|order| cart.take_out(order));
        if of.accept_changes {
            cart.accept();
        }
        Some(CheckoutCart {
            version: cart.version,
            lines: cart.lines.clone(),
        })
    }
}

impl Cart {
    fn take_out(&mut self, order: &LastOrder) {
        if !self.applied.insert(order.order_id) {
            return;
        }
        for taken in &order.lines {
            for line in self
                .lines
                .iter_mut()
                .filter(|line| line.line_id == taken.cart_line_id)
            {
                line.quantity -= taken.quantity;
            }
        }
        self.lines.retain(|line| line.quantity > 0);
        self.version += 1;
    }

    fn accept(&mut self) {
        for change in self
            .proposal
            .take()
            .into_iter()
            .flat_map(|proposal| proposal.changes)
        {
            match change.new.filter(|new| new.quantity > 0) {
                None => self.lines.retain(|line| line.line_id != change.line_id),
                Some(new) => {
                    for line in self
                        .lines
                        .iter_mut()
                        .filter(|line| line.line_id == change.line_id)
                    {
                        line.quantity = new.quantity;
                        line.unit_price = new.unit_price;
                    }
                }
            }
        }
        self.version += 1;
    }
}

pub fn azn(amount: i64) -> Money {
    Money::new(amount, Currency::AZN)
}

fn read<T: DeserializeOwned>(body: &Value) -> T {
    serde_json::from_value(body.clone()).unwrap()
}

fn write(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}
