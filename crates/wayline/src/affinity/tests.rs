#[test]
fn builtin_is_valid() {
    super::AffinityModel::builtin();
}
