//! souk-contracts
