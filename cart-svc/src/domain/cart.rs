//! The cart and its rules.

use chrono::{DateTime, Utc};
use souk_mirror::Listing;
use uuid::Uuid;

use super::error::{CartError, MAX_LINES, MAX_QUANTITY};
use super::line::{Line, Proposal, Terms};
use super::offers::Offers;
use super::view::{CartView, LineView, Notice, NoticeKind};

/// What a customer wants to buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    /// The customer.
    pub user_id: Uuid,
    /// Counts the changes of lines.
    pub version: i64,
    /// Whether the account is gone.
    pub is_erased: bool,
    /// The lines, oldest first.
    pub lines: Vec<Line>,
}

/// What adding led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The line that holds it.
    pub line: Line,
    /// Whether the line is new.
    pub is_new: bool,
}

impl Cart {
    /// The cart of somebody who has put nothing into it.
    pub fn empty(user_id: Uuid) -> Self {
        Self {
            user_id,
            version: 1,
            is_erased: false,
            lines: Vec::new(),
        }
    }

    /// Lets its customer in, unless the owner rule bars them.
    ///
    /// # Errors
    /// [`CartError::OwnerHasNoCart`], [`CartError::AccountClosed`].
    pub fn admit(&self, is_barred: bool) -> Result<(), CartError> {
        if is_barred {
            return Err(CartError::OwnerHasNoCart);
        }
        if self.is_erased {
            return Err(CartError::AccountClosed);
        }
        Ok(())
    }

    /// Refuses a change that was meant for other versions than this.
    ///
    /// # Errors
    /// [`CartError::VersionMoved`].
    pub fn expect(&self, versions: Option<&[i64]>) -> Result<(), CartError> {
        match versions {
            Some(versions) if !versions.contains(&self.version) => Err(CartError::VersionMoved(self.version)),
            _ => Ok(()),
        }
    }

    /// The line with that id.
    ///
    /// # Errors
    /// [`CartError::NoSuchLine`].
    pub fn line(&self, id: Uuid) -> Result<&Line, CartError> {
        self.lines
            .iter()
            .find(|line| line.id == id)
            .ok_or(CartError::NoSuchLine)
    }

    /// Adds pieces of what `listing` offers, to the line that holds it if there is one.
    ///
    /// # Errors
    /// When it is not for sale, not there, or too much.
    pub fn add(&mut self, listing: &Listing, quantity: i32, now: DateTime<Utc>) -> Result<Added, CartError> {
        let held = self
            .lines
            .iter()
            .find(|line| line.variation_id == listing.variation_id);
        let is_new = held.is_none();
        let before = held.map_or(0, |line| line.terms.quantity);
        let terms = Terms {
            quantity: before.saturating_add(quantity),
            unit_price: listing.price,
        };
        self.check_offer(listing, terms.quantity)?;
        if is_new && self.lines.len() >= MAX_LINES {
            return Err(CartError::CartFull);
        }
        self.version += 1;
        if let Some(line) = self
            .lines
            .iter_mut()
            .find(|line| line.variation_id == listing.variation_id)
        {
            line.terms = terms;
            line.proposal = None;
            return Ok(Added {
                line: line.clone(),
                is_new,
            });
        }
        let (id, variation_id) = (Uuid::now_v7(), listing.variation_id);
        let line = Line {
            id,
            variation_id,
            terms,
            proposal: None,
            added_at: now,
        };
        self.lines.push(line.clone());
        Ok(Added { line, is_new })
    }

    /// Sets how many pieces a line holds; only raising needs the thing to be there.
    ///
    /// # Errors
    /// As [`Cart::add`], and [`CartError::Unconfirmed`] for raising by offers that are not live.
    pub fn set_quantity(&mut self, id: Uuid, quantity: i32, offers: &Offers) -> Result<(), CartError> {
        let line = self.line(id)?.clone();
        if quantity > line.terms.quantity {
            if !offers.is_live() {
                return Err(CartError::Unconfirmed);
            }
            let listing = offers.get(line.variation_id).ok_or(CartError::UnknownVariation)?;
            self.check_offer(listing, quantity)?;
        }
        if quantity == line.terms.quantity && line.proposal.is_none() {
            return Ok(());
        }
        if let Some(line) = self.lines.iter_mut().find(|line| line.id == id) {
            line.terms.quantity = quantity;
            line.proposal = None;
            self.version += 1;
        }
        Ok(())
    }

    /// Takes a line out.
    ///
    /// # Errors
    /// [`CartError::NoSuchLine`].
    pub fn remove(&mut self, id: Uuid) -> Result<(), CartError> {
        self.line(id)?;
        self.retain(|line| line.id != id);
        Ok(())
    }

    /// Takes all lines out.
    pub fn clear(&mut self) {
        self.retain(|_| false);
    }

    /// Empties it for good: its account is gone.
    pub fn erase(&mut self) {
        self.clear();
        self.is_erased = true;
    }

    /// Takes out what came in until `then`.
    pub fn clear_until(&mut self, then: DateTime<Utc>) {
        self.retain(|line| line.added_at > then);
    }

    /// Keeps what the customer was offered instead of an order of this `version`; it replaces what was offered
    /// before. An offer for another version is dropped: the next checkout makes a new one.
    pub fn propose(&mut self, version: i64, changes: &[(Uuid, Option<Terms>)]) {
        if version != self.version {
            return;
        }
        for line in &mut self.lines {
            let change = changes.iter().find(|(id, _)| *id == line.id);
            line.proposal = change.map(|(_, terms)| Proposal::of(*terms));
        }
    }

    /// Puts the last proposal into the lines.
    pub fn accept(&mut self) {
        let before = self.lines.clone();
        self.lines.retain(|line| line.proposal != Some(Proposal::Gone));
        for line in &mut self.lines {
            if let Some(Proposal::Instead(terms)) = line.proposal.take() {
                line.terms = terms;
            }
        }
        self.count_change(&before);
    }

    /// Shows the cart. What live offers show is what the customer was last shown; others change nothing.
    pub fn show(&mut self, offers: &Offers) -> CartView {
        let before = self.lines.clone();
        let mut lines = Vec::with_capacity(self.lines.len());
        for line in &mut self.lines {
            if let Some(listing) = offers.get(line.variation_id) {
                lines.push(show_line(line, listing, offers.is_live()));
            }
        }
        self.count_change(&before);
        CartView {
            version: self.version,
            lines,
            stale: !offers.is_live() && !before.is_empty(),
        }
    }

    fn check_offer(&self, listing: &Listing, wanted: i32) -> Result<(), CartError> {
        if listing.owner_id == Some(self.user_id) {
            return Err(CartError::OwnProduct);
        }
        if !listing.sellable {
            return Err(CartError::NotForSale);
        }
        if wanted > MAX_QUANTITY {
            return Err(CartError::TooMany(wanted));
        }
        if wanted > listing.available {
            return Err(CartError::OutOfStock {
                available: listing.available,
                wanted,
            });
        }
        Ok(())
    }

    fn retain(&mut self, keep: impl Fn(&Line) -> bool) {
        let before = self.lines.clone();
        self.lines.retain(keep);
        self.count_change(&before);
    }

    fn count_change(&mut self, before: &[Line]) {
        if self.lines != before {
            self.version += 1;
        }
    }
}

/// Shows a line, and makes it what is shown if the listing is live.
fn show_line(line: &mut Line, listing: &Listing, is_live: bool) -> LineView {
    let old = line.terms;
    let available = if listing.sellable { listing.available } else { 0 };
    let mut new = Terms {
        unit_price: listing.price,
        ..old
    };
    let mut kinds = Vec::new();
    if available == 0 {
        kinds.push(NoticeKind::Unavailable);
    } else if is_live && available < old.quantity {
        new.quantity = available;
        kinds.push(NoticeKind::QuantityLowered);
    }
    if new.unit_price != old.unit_price {
        kinds.push(NoticeKind::PriceChanged);
    }
    if is_live {
        line.terms = new;
        // Once shown, these terms count; that the thing is gone can still be accepted.
        if available > 0 || line.proposal != Some(Proposal::Gone) {
            line.proposal = None;
        }
    }
    let notices = kinds
        .into_iter()
        .map(|kind| Notice {
            line_id: line.id,
            kind,
            old,
            new,
        })
        .collect();
    LineView {
        line: line.clone(),
        listing: listing.clone(),
        notices,
    }
}
