//! Parked messages of the whole mesh: each service keeps its own.

use futures_util::future::join_all;
use souk_auth::Caller;
use souk_clients::parked::{ParkedBody, ParkedClient, ParkedQuery, UnknownTypeBody};
use souk_clients::{ClientError, MeshClient};

use crate::proxy::Service;
use crate::{Error, Result};

/// The services' parked messages, asked for on behalf of an operator.
pub struct Parked<'a> {
    services: &'a [(Service, MeshClient)],
    operator: Caller,
}

/// What was found, and who could not be asked.
pub struct FoundParked {
    /// At most as many as were asked for, newest first.
    pub messages: Vec<ParkedBody>,
    /// Services that did not answer.
    pub unavailable: Vec<&'static str>,
}

/// Types that queues wait for, and who could not be asked.
pub struct FoundTypes {
    /// Oldest first.
    pub types: Vec<UnknownTypeBody>,
    /// Services that did not answer.
    pub unavailable: Vec<&'static str>,
}

impl<'a> Parked<'a> {
    /// Those of all `services`.
    pub fn new(services: &'a [(Service, MeshClient)], operator: Caller) -> Self {
        Self { services, operator }
    }

    /// Lists messages of all services, or of the one that reads the queue asked for.
    ///
    /// # Errors
    /// When no service reads such a queue. One that is away is named in the answer.
    pub async fn list(&self, query: &ParkedQuery) -> Result<FoundParked> {
        let asked: Vec<&(Service, MeshClient)> = match &query.queue {
            Some(queue) => vec![self.reader(queue)?],
            None => self.services.iter().collect(),
        };
        let ask = async |(service, mesh): &&(Service, MeshClient)| {
            (
                *service,
                ParkedClient::new(mesh, &self.operator).list(query).await,
            )
        };
        let mut found = FoundParked {
            messages: Vec::new(),
            unavailable: Vec::new(),
        };
        for (service, answer) in join_all(asked.iter().map(ask)).await {
            match answer {
                Ok(messages) => found.messages.extend(messages),
                Err(ClientError::Unavailable { .. }) => found.unavailable.push(service.name()),
                Err(error) => return Err(Error::Service(error)),
            }
        }
        // Ids are UUIDv7: the newest of all services come first.
        found
            .messages
            .sort_by_key(|message| std::cmp::Reverse(message.id));
        found.messages.truncate(usize::try_from(query.limit).unwrap_or(1));
        Ok(found)
    }

    /// Lists the types that queues of all services wait for.
    ///
    /// # Errors
    /// When a service refuses. One that is away, or too old to know the call, is named in the answer.
    pub async fn unknown_types(&self) -> Result<FoundTypes> {
        let ask = async |(service, mesh): &(Service, MeshClient)| {
            (
                *service,
                ParkedClient::new(mesh, &self.operator).unknown_types().await,
            )
        };
        let mut found = FoundTypes {
            types: Vec::new(),
            unavailable: Vec::new(),
        };
        for (service, answer) in join_all(self.services.iter().map(ask)).await {
            match answer {
                Ok(types) => found.types.extend(types),
                Err(ClientError::Unavailable { .. }) => found.unavailable.push(service.name()),
                // An earlier build takes `types` for the id of a message.
                Err(error) if error.refusal("not-found").is_some() => found.unavailable.push(service.name()),
                Err(error) => return Err(Error::Service(error)),
            }
        }
        found.types.sort_by_key(|unknown| unknown.first_seen_at);
        Ok(found)
    }

    /// Asks whichever service has a message; `ask` is put to all of them.
    ///
    /// # Errors
    /// `not-found` when none has it, or whoever may have it is away.
    pub async fn find<T>(&self, ask: impl AsyncFn(ParkedClient) -> Result<T, ClientError>) -> Result<T> {
        let clients = self
            .services
            .iter()
            .map(|(_, mesh)| ask(ParkedClient::new(mesh, &self.operator)));
        let mut missing = Error::NotFound;
        for answer in join_all(clients).await {
            match answer {
                Ok(found) => return Ok(found),
                Err(error) if error.refusal("not-found").is_some() => {}
                Err(error) => missing = Error::Service(error),
            }
        }
        Err(missing)
    }

    /// Asks whoever reads a queue.
    ///
    /// # Errors
    /// When no service reads such a queue, or it is away.
    pub async fn of_queue<T>(
        &self,
        queue: &str,
        ask: impl AsyncFnOnce(ParkedClient) -> Result<T, ClientError>,
    ) -> Result<T> {
        let (_, mesh) = self.reader(queue)?;
        ask(ParkedClient::new(mesh, &self.operator))
            .await
            .map_err(Error::Service)
    }

    fn reader(&self, queue: &str) -> Result<&'a (Service, MeshClient)> {
        let known = souk_contracts::topology::QUEUES
            .iter()
            .find(|known| known.name == queue)
            .ok_or(Error::UnknownQueue)?;
        self.services
            .iter()
            .find(|(service, _)| service.name() == known.service())
            .ok_or(Error::UnknownQueue)
    }
}
