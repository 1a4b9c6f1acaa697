//! Remembers tokens whose signature was checked, by hash: a signature costs more than all else in a request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::claims::Claims;

pub(super) type Name = [u8; 32];

/// Bounded: when the young half is full, it becomes the old half and the old half is forgotten.
pub(super) struct Cache {
    half: usize,
    halves: Mutex<Halves>,
}

#[derive(Default)]
struct Halves {
    young: HashMap<Name, Arc<Claims>>,
    old: HashMap<Name, Arc<Claims>>,
}

impl Cache {
    pub fn new(most: usize) -> Self {
        Self {
            half: (most / 2).max(1),
            halves: Mutex::default(),
        }
    }

    /// Only the hash is kept: memory that leaks gives nobody a token.
    pub fn name(token: &str) -> Name {
        Sha256::digest(token).into()
    }

    pub fn get(&self, name: &Name) -> Option<Arc<Claims>> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claims) = halves.young.get(name) {
            return Some(claims.clone());
        }
        let claims = halves.old.remove(name)?;
        self.insert(&mut halves, *name, claims.clone());
        Some(claims)
    }

    pub fn put(&self, name: Name, claims: Arc<Claims>) {
        self.insert(
            &mut self.halves.lock().unwrap_or_else(PoisonError::into_inner),
            name,
            claims,
        );
    }

    pub fn clear(&self) {
        *self.halves.lock().unwrap_or_else(PoisonError::into_inner) = Halves::default();
    }

    fn insert(&self, halves: &mut Halves, name: Name, claims: Arc<Claims>) {
        if halves.young.len() >= self.half {
            halves.old = std::mem::take(&mut halves.young);
        }
        halves.young.insert(name, claims);
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use souk_auth::Role;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn it_never_holds_more_than_it_may_and_keeps_what_is_used() {
        let cache = Cache::new(10);
        let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
        let claims = Arc::new(Claims::begin(
            user,
            Role::Customer,
            session,
            DateTime::UNIX_EPOCH,
            0,
        ));
        let used = Cache::name("used");
        cache.put(used, claims.clone());

        for n in 0..100 {
            cache.put(Cache::name(&n.to_string()), claims.clone());
            assert!(cache.get(&used).is_some(), "{n}");
        }

        let halves = cache.halves.lock().unwrap();
        assert!(halves.young.len() + halves.old.len() <= 10);
    }
}
