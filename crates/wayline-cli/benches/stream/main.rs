//! What a stream takes: events that are in Kafka already, into a new store in a folder, and journeys out,
//! by one member with two threads.
//!
//!   scripts/with-kafka cargo bench -p wayline-cli --features kafka --bench stream      1,000 people
//!   PEOPLE=5000 scripts/with-kafka cargo bench -p wayline-cli --features kafka --bench stream

#[cfg(feature = "kafka")]
mod with_kafka;

fn main() {
    // `cargo test --benches` has no broker, and only wants to know that it compiles.
    if std::env::args().any(|it| it == "--bench") {
        #[cfg(feature = "kafka")]
        with_kafka::measure();
        #[cfg(not(feature = "kafka"))]
        eprintln!("give --features kafka");
    }
}
