mod change;
mod ledger;
