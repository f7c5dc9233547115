from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "giapranh.people"
    label = "people"
