//! Events that need no effect here.

use std::marker::PhantomData;

use souk_contracts::{Envelope, Event};
use souk_db::Conn;
use souk_outbox::Handler;

use crate::{Error, Result};

/// Takes an event and does nothing; without a handler it would be parked.
pub struct Nothing<E>(PhantomData<fn(E)>);

impl Nothing<()> {
    /// For events of type `E`.
    pub fn of<E: Event>() -> Nothing<E> {
        Nothing(PhantomData)
    }
}

impl<E: Event> Handler for Nothing<E> {
    type Event = E;
    type Error = Error;

    async fn handle(&self, _: &mut Conn, _: Envelope<E>) -> Result<()> {
        Ok(())
    }
}
