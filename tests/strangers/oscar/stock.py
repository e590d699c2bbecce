"""Fills the shop: one product that needs no shipping, at 24.90 EUR; and prints what is ordered."""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402


def stock():
    from oscar.apps.catalogue.models import Category, Product, ProductClass
    from oscar.apps.partner.models import Partner, StockRecord

    call_command("migrate", verbosity=0)
    kind = ProductClass.objects.create(name="Music", requires_shipping=False, track_stock=False)
    category = Category.add_root(name="All")
    product = Product.objects.create(title="A song", product_class=kind, structure="standalone")
    product.categories.add(category)
    StockRecord.objects.create(
        product=product,
        partner=Partner.objects.create(name="P"),
        partner_sku="1",
        price="24.90",
        price_currency="EUR",
    )


def orders():
    from oscar.apps.order.models import Order
    from oscar.apps.payment.models import Source

    told = [
        {
            "number": order.number,
            "total": str(order.total_incl_tax),
            "reference": Source.objects.get(order=order).reference,
            "debited": str(Source.objects.get(order=order).amount_debited),
        }
        for order in Order.objects.all()
    ]
    print(json.dumps(told))


{"stock": stock, "orders": orders}[sys.argv[1]]()
