//! search-svc, called as the gateway calls it.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use souk_auth::{GATEWAY, MeshKeys, SignedRequest, now_ms};
use uuid::Uuid;

use crate::http::{Connection, address, request};
use crate::variable;

/// Where it is, and the keys that it trusts.
pub struct SearchService {
    /// Where it listens.
    pub address: SocketAddr,
    keys: MeshKeys,
}

impl SearchService {
    /// As the environment says.
    pub fn from_env() -> Result<Self> {
        let keys = variable("MESH_KEYS_FILE")?;
        Ok(Self {
            address: address(&variable("SEARCH_URL")?)?,
            keys: MeshKeys::open(Path::new(&keys)).context("MESH_KEYS_FILE cannot be used")?,
        })
    }

    /// A request of somebody who is not logged in.
    pub fn get(&self, target: &str) -> Vec<u8> {
        let headers = self.keys.sign(&SignedRequest {
            method: "GET",
            target,
            caller: GATEWAY,
            timestamp: now_ms(),
            ..SignedRequest::default()
        });
        request("GET", target, &headers, None)
    }

    /// A call of an operator.
    pub fn operate(
        &self,
        connection: &mut Connection,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let operator = Uuid::nil().to_string();
        let headers = self.keys.sign(&SignedRequest {
            method,
            target,
            caller: GATEWAY,
            timestamp: now_ms(),
            user_id: Some(&operator),
            role: Some("admin"),
            ..SignedRequest::default()
        });
        let body = body.map(Value::to_string);
        let call = request(method, target, &headers, body.as_ref().map(String::as_bytes));
        let response = connection
            .succeed(&call)
            .with_context(|| format!("{method} {target}"))?;
        Ok(serde_json::from_slice(&response.body)?)
    }

    /// The answer to a search.
    pub fn search(&self, connection: &mut Connection, target: &str) -> Result<Value> {
        let response = connection
            .succeed(&self.get(target))
            .with_context(|| format!("GET {target}"))?;
        Ok(serde_json::from_slice(&response.body)?)
    }
}
