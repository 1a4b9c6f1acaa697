mod cancel;
mod owner_gone;
mod status;
