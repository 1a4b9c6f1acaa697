//! A cart becomes an order, step by step; every step may be the last one before a crash.
//!
//! Until the order's transaction, nothing is decided: a retry with the same key derives the same reservation and
//! goes on with it. Whoever writes the reservation's verdict first, this flow or the sweeper of product-svc,
//! decides, and the other one follows.

use std::sync::Arc;
use std::time::Duration;

use souk_clients::cart::{CartClient, CheckoutCart, CheckoutOf, OrderOf, Proposal, ProposedChange};
use souk_clients::product::{ChangeKind, LineChange, ProductClient, ReserveOutcome};
use souk_clients::user::UserClient;
use souk_db::{Batcher, Claim, Db};
use souk_telemetry::Flow;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use uuid::Uuid;

use super::placing::{Asking, FindingLatest, Placing, ReadingCarts, Reserving, TellingCarts};
use super::{Destination, lines};
use crate::domain::{Entry, Order, OrderError, Placement, Verdict, What, reservation_id};
use crate::ops::Asked;
use crate::store::checkouts::LatestOrder;
use crate::{Error, Result, ops, store};

/// How often a checkout begins anew because its reservation came to an end under it.
const TRIES: usize = 4;

/// How long a checkout waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many decided reservations of one key are looked at in one query.
const PAGE: u32 = 8;

/// What a customer asks for.
#[derive(Debug, Clone)]
pub struct CheckoutRequest {
    /// The customer.
    pub user_id: Uuid,
    /// The `Idempotency-Key`.
    pub key: String,
    /// The same request, however often it comes.
    pub claim: Claim,
    /// Where it goes.
    pub destination: Destination,
    /// What the customer wants to say.
    pub note: Option<String>,
    /// Accept exactly what was proposed last.
    pub accept_changes: bool,
}

/// What a checkout needs. Cheap to clone.
#[derive(Clone)]
pub struct Checkout {
    db: Db,
    carts: CartClient,
    products: ProductClient,
    users: UserClient,
    turns: Arc<Semaphore>,
    latest: Arc<Batcher<FindingLatest>>,
    reading: Arc<Batcher<ReadingCarts>>,
    reserving: Arc<Batcher<Reserving>>,
    placing: Arc<Batcher<Placing>>,
    telling: Arc<Batcher<TellingCarts>>,
}

/// How one try ended.
enum Try {
    Done(Box<Order>, Vec<Entry>),
    /// Nothing was written; the next try goes on with the reservation that is still open, or makes another.
    Again,
}

impl Checkout {
    /// Checkouts of these carts, against that stock, to those addresses; a permit of `turns` is taken for each while it is
    /// under way.
    pub fn new(
        db: Db,
        carts: CartClient,
        products: ProductClient,
        users: UserClient,
        turns: Arc<Semaphore>,
    ) -> Self {
        Self {
            latest: Batcher::new(FindingLatest(db.clone())),
            reading: Batcher::new(ReadingCarts(carts.clone())),
            reserving: Batcher::new(Reserving(products.clone())),
            placing: Batcher::new(Placing(db.clone())),
            telling: Batcher::new(TellingCarts(carts.clone())),
            db,
            carts,
            products,
            users,
            turns,
        }
    }

    /// Orders the customer's cart, once per key, and answers the order with its story as it was then.
    ///
    /// # Errors
    /// Refusals of the cart, of the stock, and of the order; after each of them the key is free again.
    /// [`Error::Busy`] when its turn does not come.
    pub async fn run(&self, request: &CheckoutRequest) -> Result<(Order, Vec<Entry>)> {
        let Ok(Ok(_turn)) = timeout(PATIENCE, self.turns.acquire()).await else {
            return Err(Error::Busy);
        };
        // A proposal is accepted with the first step, before anything can stand in the way of a repeat.
        if request.accept_changes
            && let Some(answer) = self.answered_before(request).await?
        {
            return Ok(answer);
        }
        let mut reservation_id = reservation_id(request.user_id, &request.key, 0);
        for _ in 0..TRIES {
            match self.try_once(request, reservation_id).await {
                Ok(Try::Done(order, story)) => return Ok((*order, story)),
                Ok(Try::Again) => {}
                // Hardly any request was accepted before, so that is looked up only when something stands in its way,
                // which may be what it did itself.
                Err(error) => return self.answered_before(request).await?.ok_or(error),
            }
            if let Some(answer) = self.answered_before(request).await? {
                return Ok(answer);
            }
            reservation_id = self.first_undecided(request).await?;
        }
        Err(Error::ReservationLapsed)
    }

    async fn try_once(&self, request: &CheckoutRequest, reservation_id: Uuid) -> Result<Try> {
        let latest = self.latest.ask(request.user_id).await?;
        let previous_order_id = latest.as_ref().map(|order| order.order_id);
        let address = request.destination.address(&self.users, request.user_id).await?;
        let cart = self.read_cart(request, latest).await?;
        let reservation = match self.reserve(request, &cart, reservation_id).await? {
            ReserveOutcome::Held(reservation) if lines::match_cart(&reservation, &cart) => reservation,
            // Held for what the cart was before a crash, or given back without our knowing: it is of no use.
            ReserveOutcome::Held(_) | ReserveOutcome::Ended => {
                self.give_up(reservation_id).await?;
                return Ok(Try::Again);
            }
            ReserveOutcome::Refused(changes) => return Err(self.propose(request, &cart, changes).await?),
        };
        let placement = Placement {
            user_id: request.user_id,
            previous_order_id,
            reservation_id,
            cart_version: cart.version,
            address,
            note: request.note.clone(),
            lines: lines::to_order(reservation),
        };
        match self.place(request, placement).await {
            Ok((order, entry)) => {
                // The order stands whatever comes of this.
                let _ = self.tell_cart(&order).await;
                Ok(Try::Done(Box::new(order), vec![entry]))
            }
            Err(Error::NumberTaken) => Ok(Try::Again),
            Err(Error::ReservationLapsed) => {
                self.give_up(reservation_id).await?;
                Ok(Try::Again)
            }
            Err(refusal @ (Error::Placement(_) | Error::CartAlreadyOrdered | Error::Account(_))) => {
                match self.give_up(reservation_id).await? {
                    Verdict::Abandoned => Err(refusal),
                    // The same key was accepted in parallel: its answer is ours.
                    Verdict::Ordered(_) => Ok(Try::Again),
                }
            }
            // Whether it was written is not known: the client asks again, or the sweeper finds out.
            Err(failure) => Err(failure),
        }
    }

    /// The answer that the same request got before: the order, and its story as it was then.
    async fn answered_before(&self, request: &CheckoutRequest) -> Result<Option<(Order, Vec<Entry>)>> {
        let mut conn = self.db.conn().await?;
        let Some(order_id) = souk_db::recorded_reference(&mut conn, &request.claim).await? else {
            return Ok(None);
        };
        let order = store::orders::find(&mut conn, order_id)
            .await?
            .ok_or(OrderError::NotFound)?;
        let mut story = store::timeline::of(&mut conn, order_id).await?;
        story.retain(|entry| entry.what == What::Placed);
        Ok(Some((order.as_placed(), story)))
    }

    /// The reservation of this key that no verdict was given on.
    async fn first_undecided(&self, request: &CheckoutRequest) -> Result<Uuid> {
        let mut conn = self.db.conn().await?;
        let mut first = 0;
        loop {
            let ids: Vec<Uuid> = (first..first + PAGE)
                .map(|decided| reservation_id(request.user_id, &request.key, decided))
                .collect();
            let decided = store::verdicts::decided(&mut conn, &ids).await?;
            if let Some(open) = ids.iter().find(|id| !decided.contains(id)) {
                return Ok(*open);
            }
            first += PAGE;
        }
    }

    /// The cart as its customer was last shown it, without what the latest order took.
    async fn read_cart(
        &self,
        request: &CheckoutRequest,
        latest: Option<LatestOrder>,
    ) -> Result<CheckoutCart> {
        let asked = CheckoutOf {
            user_id: request.user_id,
            last_order: latest.map(|order| lines::taken(order.order_id, order.lines)),
            accept_changes: request.accept_changes,
        };
        let cart = self.reading.ask(Asking::now(asked)).await?;
        if cart.lines.is_empty() {
            Err(Error::CartEmpty)
        } else {
            Ok(cart)
        }
    }

    async fn reserve(
        &self,
        request: &CheckoutRequest,
        cart: &CheckoutCart,
        reservation_id: Uuid,
    ) -> Result<ReserveOutcome> {
        let asked = lines::to_reserve(reservation_id, request.user_id, cart);
        self.reserving.ask(Asking::now(asked)).await
    }

    /// Keeps what the customer is about to be told: only that can be accepted.
    async fn propose(
        &self,
        request: &CheckoutRequest,
        cart: &CheckoutCart,
        changes: Vec<LineChange>,
    ) -> Result<Error> {
        let proposal = Proposal {
            version: cart.version,
            changes: changes.iter().map(proposed).collect(),
        };
        self.carts.propose(request.user_id, &proposal).await?;
        Ok(Error::CartChanged(changes))
    }

    async fn place(&self, request: &CheckoutRequest, placement: Placement) -> Result<(Order, Entry)> {
        let asked = Asked {
            claim: request.claim.clone(),
            placement,
            flow: Flow::current(),
        };
        self.placing.ask(asked).await
    }

    /// Decides that no order will use the reservation, and lets it go if that is what stands.
    async fn give_up(&self, reservation_id: Uuid) -> Result<Verdict> {
        let verdict = self
            .db
            .transaction(async |tx| ops::abandon_reservation(tx, reservation_id).await)
            .await?;
        if verdict == Verdict::Abandoned
            && let Err(error) = self.products.release(reservation_id).await
        {
            tracing::warn!(%error, %reservation_id, "A reservation is left to the sweeper of product-svc");
        }
        Ok(verdict)
    }

    /// Takes the order out of the cart before the customer looks again.
    async fn tell_cart(&self, order: &Order) -> Result<()> {
        let items = order.items().map(|item| (item.cart_line_id, item.quantity));
        let told = OrderOf {
            user_id: order.user_id,
            order: lines::taken(order.id, items),
        };
        self.telling.ask(Asking::now(told)).await
    }
}

fn proposed(change: &LineChange) -> ProposedChange {
    let new = souk_clients::cart::LineValues {
        quantity: change.new.quantity,
        unit_price: change.new.unit_price,
    };
    ProposedChange {
        line_id: change.line_id,
        new: (change.kind != ChangeKind::Gone).then_some(new),
    }
}
