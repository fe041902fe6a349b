from cart import Cart, Item


def test_an_empty_cart_costs_nothing():
    assert Cart().total() == 0


def test_quantities_count():
    cart = Cart()
    cart.add(Item("tea", 350, 2))
    cart.add(Item("cup", 999))
    assert cart.total() == 1699


def test_a_discount_is_taken_off_the_sum():
    cart = Cart()
    cart.add(Item("nail", 1, 10))
    cart.add(Item("screw", 5, 5))
    assert cart.total(discount_percent=10) == 32
