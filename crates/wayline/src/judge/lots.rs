//! Lots: what chance decides, the same again for the same seed.

/// A hash that decides.
pub(super) type Lot = [u8; 16];

/// What a lot is for; lots for different things have nothing to do with each other.
#[derive(Clone, Copy)]
pub(super) enum LotFor {
    /// Which people are judged.
    People,
    /// In which order journeys are shown.
    Order,
    /// Which of two lists is shown first.
    First,
}

/// The lot of `text` of a person.
pub(super) fn lot(purpose: LotFor, seed: u32, user_id: &str, text: &str) -> Lot {
    let mut hasher = blake3::Hasher::new_derive_key(match purpose {
        LotFor::People => "wayline 2026 people for a judge",
        LotFor::Order => "wayline 2026 order of journeys for a judge",
        LotFor::First => "wayline 2026 first of two lists for a judge",
    });
    hasher.update(&seed.to_le_bytes());
    hasher.update(&(user_id.len() as u64).to_le_bytes());
    hasher.update(user_id.as_bytes());
    hasher.update(text.as_bytes());
    let mut lot = Lot::default();
    lot.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    lot
}
